// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/evaluation.h"

#include "daemon/audit/audit_log.h"
#include "daemon/model/audit_event.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <chrono>
#include <utility>

namespace loquet::conversation {

using protocol::Denied;
using protocol::Granted;
using protocol::Reason;
using protocol::Turn;
using protocol::Verdict;

namespace {

bool is_login(const Dialog& dialog) {
    return dialog.purpose == protocol::purpose::login || dialog.purpose == protocol::purpose::unlock_screen;
}

std::string detail_of(const Evaluation& evaluation) {
    if (const auto* denied = std::get_if<Denied>(&evaluation.turn); denied != nullptr && evaluation.detail.empty()) {
        return std::string(protocol::to_text(denied->reason));
    }
    return evaluation.detail;
}

model::AuditEvent event_of(const Dialog& dialog, const Evaluation& evaluation, base::Milliseconds wall) {
    model::AuditEvent event;
    event.kind = is_login(dialog) ? model::AuditKind::login : model::AuditKind::password_changed;
    event.granted = std::holds_alternative<Granted>(evaluation.turn);
    event.account = dialog.subject.uid();
    event.identity = dialog.subject.identity;
    event.actor = dialog.client.uid;
    event.purpose = dialog.purpose;
    event.service = base::printable(dialog.client.service, 64);
    event.seat = base::printable(dialog.client.place(), 128);
    event.detail = base::printable(detail_of(evaluation), 256);
    event.time = wall;
    return event;
}

} // namespace

void Evaluation::take(StepResult result) {
    turn = std::move(result.turn);
    for (auto& work : result.writes) {
        writes.push_back(std::move(work));
    }
    if (!result.detail.empty()) {
        detail = std::move(result.detail);
    }
    person_failed = result.person_failed;
    needs_durable = needs_durable || result.needs_durable;
}

StepResult refused_by(const Ruling& ruling) {
    const bool timed = ruling.verdict == Verdict::locked;
    StepResult result;
    result.turn = Denied{timed ? Reason::locked : Reason::disabled,
                         timed ? std::chrono::ceil<std::chrono::seconds>(ruling.wait) : std::chrono::seconds(0),
                         {}};
    result.detail = (timed ? "locked: " : "disabled: ") + ruling.reason;
    return result;
}

StepResult lacks_a_factor() {
    StepResult result;
    result.turn = Denied{Reason::refused, {}, {}};
    result.detail = "lacks-a-factor";
    return result;
}

Turn granted_or(Turn turn, const Dialog& dialog) {
    if (std::holds_alternative<Granted>(turn)) {
        return Granted{dialog.subject.name, dialog.reason, dialog.messages};
    }
    return turn;
}

store::Store::Work record_of(const Dialog& dialog, const Evaluation& evaluation, base::Milliseconds wall) {
    model::AuditEvent event = event_of(dialog, evaluation, wall);
    const bool logged_in = event.granted && is_login(dialog);
    return [event = std::move(event), logged_in](store::WriteTxn& txn) {
        if (logged_in && event.account) {
            auto closed = store::AccountsTable::closed(txn, *event.account);
            if (closed) {
                closed->last_login = event.time;
                store::AccountsTable::put(txn, *event.account, *closed);
            }
        }
        audit::AuditLog::append(txn, event);
    };
}

store::Store::Work all_of(std::vector<store::Store::Work> pieces) {
    return [pieces = std::move(pieces)](store::WriteTxn& txn) mutable {
        for (auto& piece : pieces) {
            piece(txn);
        }
    };
}

void log_outcome(const Dialog& dialog, const Evaluation& evaluation) {
    const bool granted = std::holds_alternative<Granted>(evaluation.turn);
    // A name that nobody has may be a password typed at the wrong prompt: it is not written down.
    const std::string name = dialog.subject.account ? dialog.subject.name : "(unknown name)";
    log::write(granted ? log::Level::info : log::Level::notice, log::id::login,
               dialog.purpose + (granted ? " granted to " : " refused for ") + name,
               {{"LOQUET_ACCOUNT", name},
                {"LOQUET_SERVICE", dialog.client.service},
                {"LOQUET_SEAT", dialog.client.place()},
                {"LOQUET_DETAIL", detail_of(evaluation)}});
}

} // namespace loquet::conversation
