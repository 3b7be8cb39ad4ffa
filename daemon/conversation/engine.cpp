// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/engine.h"

#include "daemon/audit/audit_log.h"
#include "daemon/conversation/attempt_record.h"
#include "daemon/conversation/dialog.h"
#include "daemon/conversation/self_service.h"
#include "daemon/conversation/typed_text.h"
#include "daemon/model/canonical_form.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>
#include <vector>

namespace loquet::conversation {

using base::Error;
using protocol::Answers;
using protocol::Denied;
using protocol::Reason;
using protocol::Turn;
using protocol::Wait;
using store::PublicAccounts;

namespace {

std::string waited_in_vain(const std::string& step) {
    return "waited-in-vain: " + step;
}

} // namespace

Engine::Engine(const Dependencies& deps)
    : loop_(deps.loop), clock_(deps.clock), steady_(deps.steady), store_(deps.store), texts_(deps.texts),
      has_rights_(deps.has_rights), level_reply_(deps.level_reply), flows_(deps.flows),
      notices_(deps.outbox == nullptr ? std::nullopt
                                      : std::optional(notices::Notices(*deps.outbox, deps.store, deps.clock))),
      lockout_(deps.flows->lockout(), deps.store, deps.steady, deps.clock, deps.loop), queue_(deps.loop),
      context_{loop_,  clock_, steady_,  store_,    texts_,      lockout_,    deps.tickets,
               queue_, work_,  notices_, on_locked, has_rights_, level_reply_},
      background_([](const std::exception_ptr&) {
          log::error(log::id::store_unwritable, "counters kept in memory could not be saved; they are tried again");
      }),
      work_([](const std::exception_ptr&) {}) {
    log_alarms_of(lockout_, [this](bool fallback, const std::string& why) {
        if (on_fallback_changed) {
            on_fallback_changed(fallback, why);
        }
    });
}

void Engine::use(std::shared_ptr<const FlowSet> flows) {
    lockout_.use(flows->lockout());
    flows_ = std::move(flows);
}

Turn Engine::present(const Dialog& dialog, Turn turn) const {
    return Presenter(texts_, dialog.flows->settings()).present(std::move(turn), dialog);
}

base::Task<Begun> Engine::begin(std::string purpose, std::string typed_name, Client client, Answers known) {
    require_running();
    const auto flows = flows_;
    require_may_begin(flows->settings(), purpose, client);
    const auto language = menu_language(store_, flows->settings(), purpose, typed_name, client);
    if (language) {
        purpose = protocol::purpose::self_service;
        client.locale = *language;
    }
    std::vector<FlowItem> items = items_for(flows->settings(), purpose, client);
    if (client.account_phase && !protocol::logs_in(purpose)) {
        throw Error(Error::Kind::invalid, "the account phase is that of a login");
    }
    dialogs_.require_room(client);
    // From before an account is read.
    std::optional<base::Future<void>> level;
    if (flows->reach(FlowState(items)).sends) {
        level = base::started(loop_.sleep(2 * level_reply_));
    }
    Subject subject =
        find_subject(store_, name_meant(store_, flows->settings(), typed_name, client, steady_.now(clock_)), client);
    if (auto first_time = purpose_of_first_time(store_, purpose, subject, client)) {
        purpose = *std::move(first_time);
        items = items_for(flows->settings(), purpose, client);
    }
    const bool needs_account = client.account_phase || is_for_an_owner(purpose);
    if (needs_account && !subject.account) {
        throw Error(Error::Kind::not_found, "there is no such account");
    }
    const auto dialog =
        std::make_shared<Dialog>(std::move(purpose), std::move(client), std::move(subject), std::move(items), flows);
    dialog->nameless = language.has_value();
    if (takes_an_address(flows->settings(), dialog->client)) {
        dialog->began_waits_as = dialog->waits_as = typed_address(store_, typed_name, dialog->subject.place);
    }
    if (dialog->client.account_phase) {
        auto looking = work_.run(loop_, account_phase(dialog), &dialog->task);
        Turn turn = co_await looking;
        co_return Begun{std::nullopt, std::move(turn)};
    }
    const DialogId id = dialogs_.add(dialog); // counts from now on, also while its first answer is judged
    auto work = open(dialog, std::move(known));
    auto opening = work_.run(loop_, finish_turn(id, dialog, std::move(work), std::move(level)), &dialog->task);
    Turn turn = co_await opening;
    if (!dialogs_.contains(id)) {
        co_return Begun{std::nullopt, std::move(turn)};
    }
    dialog->announced = true;
    if (on_dialog) {
        on_dialog(id, dialog->client.sender, true);
    }
    co_return Begun{id, std::move(turn)};
}

base::Task<Turn> Engine::open(std::shared_ptr<Dialog> dialog, Answers known) {
    Turn turn = Denied{};
    {
        Attempt attempt(context_, *dialog);
        auto beginning = attempt.begin();
        turn = co_await beginning;
    }
    if (known.size() == 1 && asks_for_the_password_alone(turn)) {
        dialog->flow.run();
        dialog->is_first_question = false; // a person did not see it
        Attempt attempt(context_, *dialog);
        auto answering = attempt.answer(std::move(known));
        turn = co_await answering;
    }
    co_return turn;
}

base::Task<Turn> Engine::account_phase(std::shared_ptr<Dialog> dialog) {
    const model::AccountState state = dialog->subject.account->private_part.state;
    if (state != model::AccountState::active) {
        const char* const text = state == model::AccountState::locked ? "locked_by_operator" : "disabled";
        co_return Denied{Reason::disabled, {}, {texts_.render(dialog->client.locale, text)}};
    }
    Attempt attempt(context_, *dialog);
    auto looking = attempt.look();
    Turn turn = co_await looking;
    co_return turn;
}

base::Task<Turn> Engine::go_on(std::shared_ptr<Dialog> dialog, Answers answers) {
    Attempt attempt(context_, *dialog);
    const bool polls = dialog->wait.has_value() && answers.empty();
    auto attempting = polls ? attempt.poll() : attempt.answer(std::move(answers));
    Turn turn = co_await attempting;
    co_return turn;
}

base::Task<Turn> Engine::give_up(std::shared_ptr<Dialog> dialog, std::string why) {
    Attempt attempt(context_, *dialog);
    auto recording = attempt.give_up(std::move(why));
    co_await recording;
    co_return Denied{Reason::refused, {}, {}};
}

base::Task<Turn> Engine::finish_turn(DialogId id, std::shared_ptr<Dialog> dialog, base::Task<Turn> work,
                                     std::optional<base::Future<void>> level) {
    Turn turn = Denied{Reason::unavailable, {}, {}};
    try {
        turn = co_await work;
    } catch (...) {
        (void)drop(id);
        throw;
    }
    if (level && !dialog->proved) {
        auto levelled = *std::move(level);
        co_await levelled;
    }
    dialog->busy = false;
    if (const auto* wait = std::get_if<Wait>(&turn)) {
        dialog->wait = *wait;
        dialog->waits_since = dialog->waits_since.value_or(clock_.boottime());
    } else {
        dialog->wait.reset();
        dialog->waits_since.reset();
    }
    if (dialog->flow.state() == State::ended) {
        (void)drop(id);
    } else if (dialogs_.contains(id)) {
        watch_timeout(id, *dialog);
    } else {
        note_unfinished(dialog, "its caller left");
    }
    co_return present(*dialog, std::move(turn));
}

base::Task<Turn> Engine::answer(DialogId id, std::string sender, Answers answers) {
    require_running();
    const auto dialog = dialogs_.find(id, sender);
    if (dialog->busy || !permitted(dialog->flow.state(), Request::answer)) {
        throw Error(Error::Kind::busy, "an answer is being judged: wait for its reply");
    }
    if (answers.size() != dialog->flow.answers_wanted()) {
        throw Error(Error::Kind::invalid, "this dialog asked for " + std::to_string(dialog->flow.answers_wanted())
                                              + " answers, not " + std::to_string(answers.size()));
    }
    if (!answers.empty()) {
        dialog->answered = dialog->flow.wanted_role();
    }
    dialog->busy = true;
    dialog->flow.run();
    dialog->timeout = {};
    dialog->shielded = false;
    const bool too_long = dialog->waits_since && clock_.boottime() - *dialog->waits_since > limits::longest_wait;
    auto work = too_long ? give_up(dialog, waited_in_vain(dialog->flow.step())) : go_on(dialog, std::move(answers));
    auto working = work_.run(loop_, finish_turn(id, dialog, std::move(work), {}), &dialog->task);
    Turn turn = co_await working;
    co_return turn;
}

void Engine::cancel(DialogId id, const std::string& sender) {
    const auto dialog = dialogs_.find(id, sender);
    (void)drop(id);
    abandon(dialog, "cancelled");
}

void Engine::forget_caller(std::string_view sender) {
    for (const auto& dialog : dialogs_.remove_all_of(sender)) {
        abandon(dialog, "its caller left");
    }
}

std::shared_ptr<Dialog> Engine::drop(DialogId id) {
    std::shared_ptr<Dialog> dialog = dialogs_.remove(id);
    if (dialog && dialog->announced && on_dialog) {
        on_dialog(id, dialog->client.sender, false);
    }
    return dialog;
}

void Engine::abandon(const std::shared_ptr<Dialog>& dialog, const char* why) {
    const bool goes_on = dialog->flow.state() == State::running && dialog->shielded;
    work_.cancel(dialog->task);
    if (!goes_on) { // else finish_turn() sees how far it came
        note_unfinished(dialog, why);
    }
}

void Engine::note_unfinished(const std::shared_ptr<Dialog>& dialog, const char* why) {
    if (dialog->proved && dialog->flow.state() != State::ended && !stopping_) {
        background_.spawn(record_unfinished(dialog, std::string("proof-not-followed: ") + why));
    }
}

base::Task<void> Engine::record_unfinished(std::shared_ptr<Dialog> dialog, std::string why) {
    auto recording = give_up(std::move(dialog), std::move(why));
    (void)co_await recording;
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
    dialog.timeout = loop_.after(patience_with(dialog), [this, id] {
        if (const auto silent = drop(id)) {
            note_unfinished(silent, "timed out");
        }
    });
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
    auto acquiring = queue_.acquire_for_maintenance(identity);
    const AccountQueue::Permit permit = co_await acquiring;
    work_.shield(*task);
    const LockoutService::CounterFreeze freeze(lockout_, identity);
    auto changing = change();
    co_await changing;
    lockout_.reload(identity);
}

void Engine::save_unsaved() {
    if (!saving_) { // each time that the store can be written again: what is unsaved is in one write already
        background_.spawn(write_unsaved());
    }
}

base::Task<void> Engine::write_unsaved() {
    auto changes = lockout_.unsaved();
    if (!changes) {
        co_return;
    }
    saving_ = true;
    const std::shared_ptr<void> saved(nullptr, [this](void*) { saving_ = false; });
    auto writing = store_.write(std::move(changes->work));
    co_await writing;
    changes->durable();
}

} // namespace loquet::conversation
