// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/attempt_record.h"

#include "daemon/accounts/account_changes.h"
#include "daemon/audit/audit_log.h"
#include "daemon/config/flow_tables.h"
#include "daemon/conversation/dialog.h"
#include "daemon/conversation/flow_set.h"
#include "daemon/conversation/steps/menu_step.h"
#include "daemon/model/audit_event.h"
#include "daemon/notices/notices.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace loquet::conversation {

using protocol::Denied;
using protocol::Granted;
using protocol::Reason;
using protocol::Turn;
using protocol::Verdict;

namespace {

std::string detail_of(const Effects& effects) {
    if (const auto* denied = std::get_if<Denied>(&effects.turn); denied != nullptr && effects.detail.empty()) {
        return std::string(protocol::to_text(denied->reason));
    }
    return effects.detail;
}

model::AuditKind kind_of(const Dialog& dialog) {
    const config::PurposeSpec* spec = config::find_purpose(dialog.purpose);
    return spec == nullptr ? model::AuditKind::login : spec->audit;
}

model::AuditEvent event_of(const Dialog& dialog, const Effects& effects, base::Milliseconds wall) {
    model::AuditEvent event = event_in(dialog, wall);
    event.kind = kind_of(dialog);
    event.granted = std::holds_alternative<Granted>(effects.turn);
    const bool declined = event.granted && event.kind == model::AuditKind::secrets_managed && !dialog.set_up_a_factor;
    event.detail = declined ? "nothing-set-up" : base::printable(detail_of(effects), 256);
    return event;
}

} // namespace

model::AuditEvent event_in(const Dialog& dialog, base::Milliseconds wall) {
    model::AuditEvent event;
    event.account = dialog.subject.uid();
    event.identity = dialog.subject.identity;
    event.actor = dialog.client.person();
    event.purpose = dialog.purpose;
    event.service = base::printable(dialog.client.service, 64);
    event.place = base::printable(dialog.client.place(), 128);
    event.time = wall;
    return event;
}

bool is_empty_password(const FlowState& flow, const protocol::Answers& answers) {
    return config::is_step(flow.step(), config::StepKind::password) && answers.size() == 1 && answers.front().empty();
}

bool asks_for_the_password_alone(const Turn& turn) {
    const auto* ask = std::get_if<protocol::Ask>(&turn);
    return ask != nullptr && ask->prompts.size() == 1
           && ask->prompts.front().role == protocol::PromptRole::current_password;
}

AttemptKey key_of(const Dialog& dialog, protocol::Axis axis) {
    const Subject& subject = dialog.subject;
    // Who recovered a password from a place has not shown that it is the owner's.
    const bool makes_known = dialog.is_at_a_thing_of_its_own() && !dialog.recovered;
    return {subject.identity, !subject.account, subject.place, makes_known, axis};
}

protocol::Axis axis_of(const Dialog& dialog) {
    const config::PurposeSpec* spec = config::find_purpose(dialog.purpose);
    return spec == nullptr ? protocol::Axis::login : spec->axis;
}

void Effects::merge(Effects next) {
    turn = std::move(next.turn);
    std::move(next.writes.begin(), next.writes.end(), std::back_inserter(writes));
    if (!next.detail.empty()) {
        detail = std::move(next.detail);
    }
    person_failed = next.person_failed;
    skipped = next.skipped;
    revoked = revoked || next.revoked;
    needs_durable = needs_durable || next.needs_durable;
    costs_a_write = costs_a_write || next.costs_a_write;
    sets_password = sets_password || next.sets_password;
    new_address = next.new_address ? std::move(next.new_address) : std::move(new_address);
    resumes = std::move(next.resumes);
    goes_to = next.goes_to;
}

Effects refused_by(const Ruling& ruling) {
    const bool timed = ruling.verdict == Verdict::locked;
    Effects result;
    result.turn = Denied{timed ? Reason::locked : Reason::disabled,
                         timed ? std::chrono::ceil<std::chrono::seconds>(ruling.wait) : std::chrono::seconds(0),
                         {}};
    result.detail = (timed ? "locked: " : "disabled: ") + ruling.reason;
    return result;
}

Effects lacks_a_factor() {
    Effects result;
    result.turn = Denied{Reason::refused, {}, {}};
    result.detail = "lacks-a-factor";
    return result;
}

Effects refused_without_an_operator(const Effects& granted) {
    Effects result;
    result.costs_a_write = granted.costs_a_write || !granted.writes.empty();
    result.turn = Denied{Reason::refused, {}, {}};
    result.detail = "takes-an-operator";
    result.person_failed = true;
    return result;
}

void deny_if_inactive(Effects& effects, const Subject& subject, bool shown_nothing) {
    const bool granted = std::holds_alternative<Granted>(effects.turn);
    const bool active = subject.account && subject.account->private_part.state == model::AccountState::active;
    if (active || (!granted && !(subject.account && shown_nothing && effects.person_failed))) {
        return;
    }
    effects.turn = Denied{Reason::refused, {}, {}};
    effects.person_failed = true;
    if (!subject.account) {
        effects.detail = "unknown-name";
    } else {
        const bool locked = subject.account->private_part.state == model::AccountState::locked;
        effects.detail = locked ? "account-locked" : "account-disabled";
    }
}

bool is_outdated(const Dialog& dialog) {
    const auto& account = dialog.subject.account;
    return dialog.proved && (!account || account->private_part.generation != dialog.generation);
}

Effects refused_as_outdated() {
    Effects result;
    result.turn = Denied{Reason::refused, {}, {}};
    result.detail = "account-changed";
    return result;
}

store::Store::Work fails_if_outdated(const Dialog& dialog) {
    return [uid = dialog.subject.uid(), generation = dialog.generation](store::WriteTxn& txn) {
        const auto private_part = uid ? store::PrivateAccounts::get(txn, *uid) : std::nullopt;
        if (!private_part || private_part->generation != generation) {
            throw AccountChanged();
        }
    };
}

bool would_let_in_another(const Dialog& dialog) {
    const Client& client = dialog.client;
    const bool goes_on_with_ours = client.is_root() && !client.account_uid && protocol::takes_name_back(client.service);
    return dialog.subject.name != dialog.began_with && !goes_on_with_ours;
}

void end_turn(Effects& effects, Turn turn, const Dialog& dialog) {
    if (!std::holds_alternative<Granted>(turn)) {
        effects.turn = std::move(turn);
    } else if (dialog.logs_in() && would_let_in_another(dialog)) {
        effects.turn = Denied{Reason::refused, {}, {}};
        effects.detail = "other-account";
    } else {
        effects.turn = Granted{dialog.subject.name, dialog.reason, dialog.messages};
    }
}

namespace {

const char* text_of(model::ScreenEvent event) {
    switch (event) {
    case model::ScreenEvent::recovered:
        return "at_login.recovered";
    case model::ScreenEvent::password_reset:
        return "at_login.password_reset";
    case model::ScreenEvent::code_sent:
        return "at_login.code_sent";
    case model::ScreenEvent::factor_removed:
        return "at_login.factor_removed";
    case model::ScreenEvent::code_read_out:
        return "at_login.code_read_out";
    case model::ScreenEvent::addresses_confirmed:
        return "at_login.addresses_confirmed";
    case model::ScreenEvent::address_changed:
        return "at_login.address_changed";
    case model::ScreenEvent::unlocked:
        break;
    }
    return "at_login.unlocked";
}

bool is_the_same(const model::ScreenNotice& a, const model::ScreenNotice& b) {
    return a.event == b.event && a.when == b.when && a.by == b.by;
}

void count_down(std::vector<model::ScreenNotice>& notices, const std::vector<model::ScreenNotice>& shown) {
    for (model::ScreenNotice& notice : notices) {
        const bool was_shown =
            std::ranges::any_of(shown, [&](const model::ScreenNotice& each) { return is_the_same(each, notice); });
        notice.left -= was_shown && notice.left > 0 ? 1 : 0;
    }
    std::erase_if(notices, [](const model::ScreenNotice& notice) { return notice.left == 0; });
}

} // namespace

void add_notices(Dialog& dialog, const messages::Catalogue& texts) {
    const Client& client = dialog.client;
    const bool logs_in = dialog.purpose == protocol::purpose::login && !client.account_phase && !dialog.recovered;
    if (!logs_in || !dialog.subject.account || !protocol::shows_the_last_message(client.service)) {
        return;
    }
    const std::string help = help_text(dialog.flows->settings(), texts, client.locale);
    for (const model::ScreenNotice& notice : dialog.subject.account->private_part.screen_notices) {
        messages::Variables variables = notices::time_in_notice(notice.when);
        variables.emplace_back("by", notice.by);
        variables.emplace_back("help", help);
        dialog.messages.push_back(texts.render(client.locale, text_of(notice.event), variables));
        dialog.shown_notices.push_back(notice);
    }
}

store::Store::Work record_of(const Dialog& dialog, const Effects& effects, base::Milliseconds wall,
                             base::Milliseconds steady) {
    model::AuditEvent event = event_of(dialog, effects, wall);
    const bool logged_in = event.granted && dialog.logs_in();
    const bool trusted = logged_in && dialog.flow.earned_trust() && dialog.is_at_a_thing_of_its_own();
    return [event = std::move(event), logged_in, trusted, steady, place = dialog.subject.place,
            shown = dialog.shown_notices](store::WriteTxn& txn) {
        if (logged_in && event.account) {
            auto private_part = store::PrivateAccounts::get(txn, *event.account);
            if (private_part) {
                private_part->last_login = event.time;
                count_down(private_part->screen_notices, shown);
                if (trusted) {
                    trust(*private_part, place, steady);
                }
                store::AccountsTable::put(txn, *event.account, *private_part);
            }
        }
        audit::AuditLog::append(txn, event);
    };
}

store::Store::Work factor_set_up(const Dialog& dialog, const std::string& factor, base::Milliseconds wall) {
    model::AuditEvent event = event_in(dialog, wall);
    event.kind = model::AuditKind::factor_set_up;
    event.granted = true;
    event.detail = factor;
    return [event = std::move(event)](store::WriteTxn& txn) {
        auto private_part = event.account ? store::PrivateAccounts::get(txn, *event.account) : std::nullopt;
        if (!private_part) {
            throw base::Error(base::Error::Kind::not_found, "the account is gone");
        }
        if (std::find(private_part->factors.begin(), private_part->factors.end(), event.detail)
            == private_part->factors.end()) {
            private_part->factors.push_back(event.detail);
        }
        private_part->trusted_places.clear();
        store::AccountsTable::put(txn, *event.account, *private_part);
        audit::AuditLog::append(txn, event);
    };
}

store::Store::Work renewed_hash(const Dialog& dialog) {
    const auto uid = dialog.subject.uid();
    if (!uid || !dialog.renewal || dialog.reason != Reason::none) {
        return [](store::WriteTxn&) {};
    }
    return [uid = *uid, generation = dialog.generation, hashes = *dialog.renewal](store::WriteTxn& txn) {
        const auto private_part = store::PrivateAccounts::get(txn, uid);
        if (private_part && private_part->generation == generation) {
            accounts::replace_hash(txn, uid, hashes.old_hash, hashes.new_hash);
        }
    };
}

store::Store::Work all_of(std::vector<store::Store::Work> pieces) {
    return [pieces = std::move(pieces)](store::WriteTxn& txn) mutable {
        for (auto& piece : pieces) {
            piece(txn);
        }
    };
}

void log_alarms_of(LockoutService& lockout, std::function<void(bool fallback, const std::string& why)> tell) {
    lockout.when_fallback_changes = [tell = std::move(tell)](bool fallback, const std::string& why) {
        if (fallback) {
            log::error(log::id::lockout_fallback,
                       "the lockout policy does not answer, the strict built-in one judges: " + why);
        } else {
            log::notice(log::id::lockout_fallback, "the lockout policy answers again");
        }
        tell(fallback, why);
    };
    lockout.on_alert = [](const std::string& text) { log::warning(log::id::site_under_attack, text); };
}

void log_lock(const Dialog& dialog, const Ruling& lock) {
    const bool timed = lock.verdict == Verdict::locked;
    log::notice(log::id::account_locked,
                "too many failures lock " + dialog.subject.name
                    + (timed
                           ? " for " + std::to_string(std::chrono::ceil<std::chrono::seconds>(lock.wait).count()) + " s"
                           : " until somebody unlocks the account"),
                {{"LOQUET_ACCOUNT", dialog.subject.name},
                 {"LOQUET_SERVICE", dialog.client.service},
                 {"LOQUET_PLACE", dialog.client.place()},
                 {"LOQUET_DETAIL", lock.reason}});
}

void log_outcome(const Dialog& dialog, const Effects& effects) {
    const bool granted = std::holds_alternative<Granted>(effects.turn);
    // A name that nobody has may be a password typed at the wrong prompt: it is not written down.
    const std::string name = dialog.subject.account ? dialog.subject.name : "(unknown name)";
    log::write(granted ? log::Level::info : log::Level::notice, log::id::login,
               dialog.purpose + (granted ? " granted to " : " refused for ") + name,
               {{"LOQUET_ACCOUNT", name},
                {"LOQUET_SERVICE", dialog.client.service},
                {"LOQUET_PLACE", dialog.client.place()},
                {"LOQUET_DETAIL", detail_of(effects)}});
}

} // namespace loquet::conversation
