// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/client_details.h"

#include "lib/base/limits.h"
#include "lib/protocol/answers.h"

#include <array>
#include <utility>

namespace loquet::api {

using conversation::Client;

ClientDetails read_client_details(bus::Reader& reader, const Caller& caller) {
    ClientDetails details;
    Client& client = details.client;
    const std::array<std::pair<std::string_view, std::string*>, 5> texts{{{"service", &client.service},
                                                                          {"tty", &client.tty},
                                                                          {"rhost", &client.rhost},
                                                                          {"seat", &client.seat},
                                                                          {"locale", &client.locale}}};
    reader.dictionary(32, [&](const std::string& key, std::string_view signature) {
        for (const auto& [name, field] : texts) {
            if (key == name && signature == "s") {
                *field = reader.text(limits::client_field_bytes);
                return true;
            }
        }
        if (key == "uid" && signature == "u") {
            client.account_uid = reader.u32();
        } else if (key == "phase" && signature == "s") {
            client.account_phase = reader.text(limits::client_field_bytes) == "account";
        } else if (key == "token" && signature == "h") {
            const base::Fd token = reader.fd();
            details.known = protocol::open_answers(token.get());
        } else {
            return false;
        }
        return true;
    });
    client.uid = caller.uid;
    client.sender = caller.sender;
    if (!caller.is_root()) {
        client.tty.clear();
        client.rhost.clear();
        client.seat.clear();
    }
    return details;
}

} // namespace loquet::api
