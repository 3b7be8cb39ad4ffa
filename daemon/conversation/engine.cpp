// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/engine.h"

#include "daemon/audit/audit_log.h"
#include "daemon/conversation/evaluation.h"
#include "daemon/conversation/flow_parts.h"
#include "daemon/conversation/place_trust.h"
#include "daemon/conversation/typed_text.h"
#include "daemon/model/account_name.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>
#include <vector>

namespace loquet::conversation {

using base::Error;
using protocol::Answers;
using protocol::Denied;
using protocol::Granted;
using protocol::Reason;
using protocol::Turn;
using store::AccountsTable;
using store::PublicAccounts;

Engine::Engine(const Dependencies& deps)
    : loop_(deps.loop), clock_(deps.clock), steady_(deps.steady), store_(deps.store), texts_(deps.texts),
      flows_(deps.flows),
      notices_(deps.outbox == nullptr ? std::nullopt
                                      : std::optional(notices::Notices(*deps.outbox, deps.store, deps.clock))),
      keeper_(deps.flows->lockout(), deps.store, deps.steady, deps.clock, deps.loop), queue_(deps.loop),
      background_([](const std::exception_ptr&) {
          log::error(log::id::store_unwritable, "counters kept in memory could not be saved; they are tried again");
      }),
      work_([](const std::exception_ptr&) {}) {
    log_alarms_of(keeper_, [this](bool fallback, const std::string& why) {
        if (on_fallback_changed) {
            on_fallback_changed(fallback, why);
        }
    });
}

void Engine::use(std::shared_ptr<const FlowSet> flows) {
    keeper_.use(flows->lockout());
    flows_ = std::move(flows);
}

Turn Engine::present(const Dialog& dialog, Turn turn) const {
    return Presenter(texts_, dialog.flows->settings()).present(std::move(turn), dialog.client.locale);
}

Subject Engine::unknown_subject(const std::string& typed_name, const Client& client) const {
    Subject subject;
    subject.name = typed_name;
    subject.identity = store_.digest(store::DigestKind::identity, typed_name);
    subject.place = store_.digest(store::DigestKind::place, client.place());
    return subject;
}

Subject Engine::find_subject(const std::string& typed_name, const Client& client) const {
    const auto canonical = model::canonical_name(typed_name);
    const bool other_spelling = canonical && *canonical != typed_name;
    if (other_spelling && client.is_root() && !client.account_uid && !takes_name_back(client.service)) {
        return unknown_subject(typed_name, client);
    }
    Subject subject;
    subject.name = canonical.value_or(typed_name);
    if (canonical) {
        subject.account = store_.read([&](const store::ReadTxn& txn) { return AccountsTable::named(txn, *canonical); });
    }
    const auto uid = subject.uid();
    const bool theirs = client.is_root() ? !client.account_uid || (uid && uid->value == *client.account_uid)
                                         : uid && uid->value == client.uid;
    if (!theirs) {
        throw Error(Error::Kind::not_found, "this name is not for Loquet to judge for this caller");
    }
    subject.identity = store_.digest(canonical ? store::DigestKind::name : store::DigestKind::identity, subject.name);
    subject.place = store_.digest(store::DigestKind::place, client.place());
    return subject;
}

base::Task<Begun> Engine::begin(std::string purpose, std::string typed_name, Client client, Answers known) {
    require_running();
    const auto flows = flows_; // a reload may come while this dialog begins
    std::vector<FlowPart> parts = parts_for(flows->settings(), purpose, client);
    dialogs_.require_room(client);
    Subject subject = find_subject(typed_name, client);
    if (auto first_time = purpose_of_first_time(store_, purpose, subject, client)) {
        purpose = *std::move(first_time);
        parts = parts_for(flows->settings(), purpose, client);
    }
    const bool needs_account = client.account_phase || is_for_an_owner(purpose);
    if (needs_account && !subject.account) {
        throw Error(Error::Kind::not_found, "there is no such account");
    }
    const auto dialog =
        std::make_shared<Dialog>(std::move(purpose), std::move(client), std::move(subject), std::move(parts), flows);
    if (dialog->client.account_phase) {
        auto looking = work_.run(loop_, account_phase(dialog), &dialog->task);
        Turn turn = co_await looking;
        co_return Begun{std::nullopt, std::move(turn)};
    }
    const DialogId id = dialogs_.add(dialog); // counts from now on, also while its first answer is judged
    auto opening = work_.run(loop_, carry_on(id, dialog, open(*dialog, std::move(known))), &dialog->task);
    Turn turn = co_await opening;
    co_return Begun{dialogs_.contains(id) ? std::optional(id) : std::nullopt, std::move(turn)};
}

base::Task<Turn> Engine::open(Dialog& dialog, Answers known) {
    auto starting = start(dialog);
    Turn turn = co_await starting;
    if (known.size() == 1 && asks_for_the_password_alone(turn)) {
        dialog.machine.run();
        auto judging = evaluate(dialog, std::move(known));
        turn = co_await judging;
    }
    co_return turn;
}

base::Task<Turn> Engine::carry_on(DialogId id, std::shared_ptr<Dialog> dialog, base::Task<Turn> work) {
    Turn turn = Denied{Reason::unavailable, {}, {}};
    try {
        turn = co_await work;
    } catch (...) {
        dialogs_.remove(id);
        throw;
    }
    if (!std::holds_alternative<protocol::Wait>(turn)) {
        dialog->waits_since.reset();
    } else if (!dialog->waits_since) {
        dialog->waits_since = clock_.boottime();
    }
    if (dialog->machine.state() == State::ended) {
        dialogs_.remove(id);
    } else if (dialogs_.contains(id)) {
        watch_timeout(id, *dialog);
    }
    co_return present(*dialog, std::move(turn));
}

base::Task<Turn> Engine::account_phase(std::shared_ptr<Dialog> shared) {
    Dialog& dialog = *shared;
    if (dialog.subject.account->private_part.state != model::AccountState::active) {
        co_return Denied{Reason::disabled, {}, {texts_.render(dialog.client.locale, "disabled")}};
    }
    if (dialog.machine.at_end()) {
        co_return Granted{dialog.subject.name, Reason::none, {}};
    }
    Evaluation evaluation;
    auto walking = walk_on(dialog, evaluation);
    co_await walking;
    co_return evaluation.turn;
}

base::Task<Turn> Engine::start(Dialog& dialog) {
    Evaluation evaluation;
    auto walking = walk_on(dialog, evaluation);
    co_await walking;
    if (dialog.machine.state() == State::ended) {
        const LockKeeper::Hold hold(keeper_, attempt_of(dialog));
        auto writing = make_durable(dialog, hold, evaluation);
        co_await writing;
        announce(dialog, evaluation);
    }
    co_return evaluation.turn;
}

base::Task<Turn> Engine::answer(DialogId id, std::string sender, Answers answers) {
    require_running();
    const auto dialog = dialogs_.find(id, sender);
    if (!permitted(dialog->machine.state(), Request::answer)) {
        throw Error(Error::Kind::busy, "an answer is being judged: wait for its reply");
    }
    if (answers.size() != dialog->machine.answers_wanted()) {
        throw Error(Error::Kind::invalid, "this dialog asked for " + std::to_string(dialog->machine.answers_wanted())
                                              + " answers, not " + std::to_string(answers.size()));
    }
    if (dialog->waits_since && clock_.boottime() - *dialog->waits_since > limits::longest_wait) {
        log::notice(log::id::login, "what the step " + dialog->machine.step() + " waits for did not happen in time");
        dialogs_.remove(id);
        co_return present(*dialog, Turn(Denied{Reason::refused, {}, {}}));
    }
    dialog->machine.run();
    dialog->timeout = {};
    auto judging = work_.run(loop_, carry_on(id, dialog, evaluate(*dialog, std::move(answers))), &dialog->task);
    Turn turn = co_await judging;
    co_return turn;
}

void Engine::cancel(DialogId id, const std::string& sender) {
    const auto dialog = dialogs_.find(id, sender);
    dialogs_.remove(id);
    work_.cancel(dialog->task);
}

void Engine::forget_caller(std::string_view sender) {
    for (const auto& dialog : dialogs_.remove_all_of(sender)) {
        work_.cancel(dialog->task);
    }
}

void Engine::stop() {
    stopping_ = true;
    work_.cancel_unshielded();
}

void Engine::require_running() const {
    if (stopping_) {
        throw Error(Error::Kind::unavailable, "the service is stopping; try again when it has started");
    }
}

void Engine::watch_timeout(DialogId id, Dialog& dialog) {
    dialog.timeout = loop_.after(dialog.flows->settings().conversation.timeout, [this, id] { dialogs_.remove(id); });
}

base::Task<void> Engine::with_account_still(model::Uid uid, base::Function<base::Task<void>()> change) {
    const auto account = store_.read([&](const store::ReadTxn& txn) { return PublicAccounts::get(txn, uid); });
    if (!account) {
        throw Error(Error::Kind::not_found, "there is no such account");
    }
    const model::Digest identity = store_.digest(store::DigestKind::name, account->name);
    const auto task = std::make_shared<base::TaskId>();
    auto working = work_.run(loop_, change_still(task, identity, std::move(change)), task.get());
    co_await working;
}

base::Task<void> Engine::change_still(std::shared_ptr<base::TaskId> task, model::Digest identity,
                                      base::Function<base::Task<void>()> change) {
    auto entering = queue_.enter_for_maintenance(identity);
    const AccountQueue::Turn place = co_await entering;
    work_.shield(*task);
    const LockKeeper::Still still(keeper_, identity);
    auto changing = change();
    co_await changing;
    keeper_.reload(identity);
}

void Engine::save_left_over() {
    background_.spawn(write_left_over());
}

base::Task<void> Engine::write_left_over() {
    auto changes = keeper_.left_over();
    if (!changes) {
        co_return;
    }
    auto writing = store_.write(std::move(changes->work));
    co_await writing;
    changes->durable();
}

} // namespace loquet::conversation
