// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/helpdesk.h"

#include "daemon/config/flow_tables.h"
#include "lib/base/clock.h"
#include "lib/base/error.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace loquet::api {

using accounts::Actor;
using base::Error;
using base::Task;
using model::ActKind;
using model::Medium;
using model::Uid;
using recovery::HelpdeskActs;
using recovery::HelpdeskReset;
using store::Store;

namespace {

constexpr std::size_t reset_options = 32;

} // namespace

ResetOptions ResetOptions::read(bus::Reader& reader) {
    ResetOptions options;
    reader.dictionary(reset_options, [&](const std::string& key, std::string_view signature) {
        if (key != "by" || signature != "s") {
            throw Error(Error::Kind::invalid, "unknown key \"" + base::printable(key, 64) + "\"; accepted is by (s)");
        }
        options.by = MediumName::read(reader).value;
        return true;
    });
    return options;
}

MediumName MediumName::read(bus::Reader& reader) {
    const std::string_view medium = reader.text(reset_options);
    if (medium != to_text(model::Medium::mail) && medium != to_text(model::Medium::sms)) {
        throw Error(Error::Kind::invalid, "by: accepted are \"mail\" and \"sms\"");
    }
    return {medium == to_text(model::Medium::mail) ? model::Medium::mail : model::Medium::sms};
}

CallerCode CallerCode::read(bus::Reader& reader) {
    const base::Fd memory = reader.fd();
    protocol::Answers answers = protocol::open_answers(memory.get());
    if (answers.size() != 1) {
        throw Error(Error::Kind::invalid, "\"code\" holds exactly one answer");
    }
    return {std::move(answers.front())};
}

Task<void> Helpdesk::unlock(Uid uid, Caller caller) {
    Act act = [this, uid, actor = Actor{caller.uid}](HelpdeskActs::Grant grant) {
        return deps_.accounts.unlock(uid, actor, std::move(grant.done));
    };
    auto performing = perform({uid, ActKind::unlocked}, std::move(caller), std::move(act));
    co_await performing;
}

HelpdeskReset::Request Helpdesk::request(Uid uid, std::optional<Medium> medium, const Caller& caller) const {
    const auto& services = deps_.settings.self_service.services;
    const bool opens = std::ranges::any_of(services, [&](const std::string& service) {
        return deps_.settings.flow(protocol::purpose::recover_password, service) != nullptr;
    });
    if (!opens) {
        throw Error(Error::Kind::unavailable, "a code would open nothing here: the configuration has no "
                                              "[flow.recover-password] for a service of [self_service]");
    }
    using config::StepKind;
    HelpdeskReset::Request request{uid, medium, caller.uid, protocol::purpose::recover_password, {}};
    if (medium) {
        request.step = config::spec_of(*medium == Medium::mail ? StepKind::ticket_mail : StepKind::ticket_sms).name;
    }
    deps_.resets.check(request); // before anybody is asked to approve it
    return request;
}

Task<void> Helpdesk::start_reset(Uid uid, Caller caller, ResetOptions options) {
    ActKind kind = ActKind::reset;
    Act act = [this, uid, actor = Actor{caller.uid}](HelpdeskActs::Grant grant) {
        return deps_.accounts.start_reset(uid, actor, std::move(grant.done));
    };
    if (options.by) {
        kind = *options.by == Medium::mail ? ActKind::reset_by_mail : ActKind::reset_by_sms;
        act = [this, wanted = request(uid, options.by, caller)](HelpdeskActs::Grant grant) {
            return deps_.resets.send(wanted, std::move(grant.done));
        };
    }
    auto performing = perform({uid, kind}, std::move(caller), std::move(act));
    co_await performing;
}

Task<base::Secret> Helpdesk::issue_code(Uid uid, Caller caller) {
    const auto code = std::make_shared<base::Secret>();
    Act act = [this, wanted = request(uid, std::nullopt, caller), code](HelpdeskActs::Grant grant) {
        return keep_code(wanted, std::move(grant.done), code);
    };
    auto performing = perform({uid, ActKind::code_read_out}, std::move(caller), std::move(act));
    co_await performing;
    co_return std::move(*code);
}

Task<void> Helpdesk::keep_code(HelpdeskReset::Request request, Store::Work done, std::shared_ptr<base::Secret> code) {
    auto reading = deps_.resets.read_out(std::move(request), std::move(done));
    *code = co_await reading;
}

Task<void> Helpdesk::confirm_addresses(Uid uid, Caller caller) {
    Act act = [this, uid, actor = Actor{caller.uid}](HelpdeskActs::Grant grant) {
        const base::Milliseconds hold = deps_.settings.helpdesk.hold;
        const bool at_once = grant.at_once || hold.count() == 0;
        return deps_.accounts.confirm_addresses(uid, actor, at_once ? base::Milliseconds(0) : grant.now + hold,
                                                std::move(grant.done));
    };
    auto performing = perform({uid, ActKind::addresses_confirmed}, std::move(caller), std::move(act));
    co_await performing;
}

Task<void> Helpdesk::remove_factor(Uid uid, Caller caller, accounts::FactorRemoval removal) {
    accounts::check(removal); // before anybody is asked to approve it
    Doing doing{uid, ActKind::factor_removed, removal.factor};
    Act act = [this, uid, removal = std::move(removal), actor = Actor{caller.uid}](HelpdeskActs::Grant grant) {
        return deps_.accounts.remove_factor(uid, removal, actor, std::move(grant.done));
    };
    auto performing = perform(std::move(doing), std::move(caller), std::move(act));
    co_await performing;
}

Task<void> Helpdesk::verify_caller(Uid uid, Caller caller, Medium medium) {
    auto looking = look_up(uid, caller, Groups::do_not);
    const auto found = co_await looking;
    const HelpdeskActs::Operator actor{caller.uid, found.operator_name};
    auto sending = deps_.engine.with_account_still(
        uid, [this, uid, medium, actor] { return deps_.acts.send_code(uid, medium, actor); });
    co_await sending;
}

Task<void> Helpdesk::confirm_caller(Uid uid, Caller caller, base::Secret code) {
    auto looking = look_up(uid, caller, Groups::do_not);
    const auto found = co_await looking;
    const HelpdeskActs::Operator actor{caller.uid, found.operator_name};
    auto confirming = deps_.engine.with_account_still(uid, [this, uid, actor, code = std::move(code)]() mutable {
        return deps_.acts.confirm_caller(uid, actor, std::move(code));
    });
    co_await confirming;
}

Task<void> Helpdesk::approve(Uid uid, Caller caller, std::uint64_t number, const bus::Call& call) {
    auto looking = look_up(uid, caller, Groups::matter);
    const auto found = co_await looking;
    if (found.privileged) {
        auto admitting = deps_.callers.admit(call, Action::approve_privileged);
        const Caller allowed = co_await admitting;
    }
    const HelpdeskActs::Operator actor{caller.uid, found.operator_name};
    auto approving = deps_.engine.with_account_still(
        uid, [this, uid, number, actor] { return deps_.acts.approve(uid, number, actor); });
    co_await approving;
}

void Helpdesk::write_acts(bus::Writer& writer, Uid uid) const {
    const std::vector<model::Act> acts = deps_.acts.list(uid);
    writer.array("a{sv}", [&] {
        for (const model::Act& act : acts) {
            writer.dictionary([&] {
                writer.entry("number", act.number).entry("what", std::string(to_text(act.kind)));
                writer.entry("state", std::string(to_text(act.state))).entry("detail", act.detail);
                writer.entry("actor", act.actor).entry("actor_name", act.actor_name);
                if (act.approver) {
                    writer.entry("approver", *act.approver).entry("approver_name", act.approver_name);
                }
                writer.entry("time", base::microseconds(act.wall)).entry("until", base::microseconds(act.until));
            });
        }
    });
}

Task<accounts::Accounts::Operation> Helpdesk::look_up(Uid uid, Caller caller, Groups asked) {
    if (caller.is_root()) {
        co_return accounts::Accounts::Operation{"root", false};
    }
    const bool matter = asked == Groups::matter;
    const std::vector<std::string> groups =
        matter ? deps_.settings.helpdesk.privileged_groups : std::vector<std::string>();
    auto looking = deps_.accounts.look_up(uid, Actor{caller.uid}, groups);
    accounts::Accounts::Operation found = co_await looking;
    found.privileged = found.privileged || (matter && config::everybody_is_privileged(deps_.settings));
    co_return found;
}

Task<void> Helpdesk::perform(Doing doing, Caller caller, Act act) {
    auto looking = look_up(doing.account, caller, doing.kind == ActKind::unlocked ? Groups::do_not : Groups::matter);
    const auto found = co_await looking;
    HelpdeskActs::Wanted wanted;
    wanted.account = doing.account;
    wanted.kind = doing.kind;
    wanted.actor = {caller.uid, found.operator_name};
    wanted.detail = std::move(doing.detail);
    wanted.privileged = found.privileged;
    wanted.accepts_unverified = deps_.settings.helpdesk.accept_unverified_callers;
    auto working = deps_.engine.with_account_still(doing.account,
                                                   [this, wanted = std::move(wanted), act = std::move(act)]() mutable {
                                                       return permitted(std::move(wanted), std::move(act));
                                                   });
    co_await working;
}

Task<void> Helpdesk::permitted(HelpdeskActs::Wanted wanted, Act act) {
    auto permitting = deps_.acts.permit(std::move(wanted));
    HelpdeskActs::Grant grant = co_await permitting;
    auto acting = act(std::move(grant));
    co_await acting;
}

} // namespace loquet::api
