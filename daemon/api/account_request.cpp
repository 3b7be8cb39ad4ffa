// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/account_request.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/protocol/sealed_texts.h"

#include <array>
#include <utility>

namespace loquet::api {

using base::Error;
using model::AccountState;

namespace {

constexpr std::array<std::pair<AccountState, const char*>, 3> states{
    {{AccountState::active, "active"}, {AccountState::locked, "locked"}, {AccountState::disabled, "disabled"}}};

base::Secret read_password(bus::Reader& reader) {
    const base::Fd memory = reader.fd();
    protocol::Answers answers = protocol::open_answers(memory.get());
    if (answers.size() != 1 || answers.front().empty()) {
        throw Error(Error::Kind::invalid, "\"password\" holds exactly one answer that is not empty");
    }
    return std::move(answers.front());
}

} // namespace

AccountRequest AccountRequest::read(bus::Reader& reader) {
    AccountRequest request;
    accounts::NewAccount& account = request.account;
    const std::array<std::pair<std::string_view, std::string*>, 8> texts{{{"name", &account.name},
                                                                          {"display_name", &account.display_name},
                                                                          {"home", &account.home},
                                                                          {"shell", &account.shell},
                                                                          {"mail", &account.mail},
                                                                          {"phone", &account.phone},
                                                                          {"locale", &account.locale},
                                                                          {"organisation", &account.organisation}}};
    reader.dictionary(32, [&](const std::string& key, std::string_view signature) {
        for (const auto& [name, field] : texts) {
            if (key == name && signature == "s") {
                *field = reader.text(limits::typed_name_bytes);
                return true;
            }
        }
        if (key == "authorisations" && signature == "as") {
            account.authorisations = reader.texts(limits::authorisations_per_account, limits::client_field_bytes);
        } else if (key == "password" && signature == "h") {
            request.password = read_password(reader);
        } else if (key == "confirmed" && signature == "b") {
            account.confirmed = reader.boolean();
        } else if (key == "must_change" && signature == "b") {
            request.must_change = reader.boolean();
        } else {
            throw Error(Error::Kind::invalid, "unknown key \"" + base::printable(key, 64) + "\" of type "
                                                  + std::string(signature)
                                                  + "; /usr/share/doc/loquet/bus.md lists the keys");
        }
        return true;
    });
    return request;
}

ImportRequest ImportRequest::read(bus::Reader& reader) {
    ImportRequest request;
    accounts::ImportOptions& options = request.options;
    const std::array<std::pair<std::string_view, bool*>, 3> known{{{"dry_run", &options.dry_run},
                                                                   {"must_change", &options.must_change},
                                                                   {"without_passwords", &options.without_passwords}}};
    reader.dictionary(16, [&](const std::string& key, std::string_view signature) {
        for (const auto& [name, option] : known) {
            if (key == name && signature == "b") {
                *option = reader.boolean();
                return true;
            }
        }
        throw Error(Error::Kind::invalid,
                    "an import has no option \"" + base::printable(key, 64) + "\" of type " + std::string(signature));
    });
    return request;
}

std::string name_of(AccountState state) {
    for (const auto& [value, name] : states) {
        if (value == state) {
            return name;
        }
    }
    throw Error(Error::Kind::internal, "an account is in a state without a name");
}

AccountState state_named(std::string_view name) {
    for (const auto& [value, text] : states) {
        if (name == text) {
            return value;
        }
    }
    throw Error(Error::Kind::invalid, "an account is \"active\", \"locked\" or \"disabled\"");
}

} // namespace loquet::api
