// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/polkit.h"

#include "lib/base/limits.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace loquet::bus {

using base::Error;

namespace {

constexpr base::Milliseconds machine_answers_within = std::chrono::seconds(10);
constexpr base::Milliseconds person_answers_within = std::chrono::minutes(2);
constexpr std::uint32_t allow_user_interaction = 1;

constexpr const char* name = "org.freedesktop.PolicyKit1";
constexpr const char* path = "/org/freedesktop/PolicyKit1/Authority";
constexpr const char* interface = "org.freedesktop.PolicyKit1.Authority";

Polkit::Verdict read_verdict(const Message& answer) {
    Reader reader(answer.get());
    reader.enter(SD_BUS_TYPE_STRUCT, "bba{ss}");
    const bool authorised = reader.boolean();
    const bool challenge = reader.boolean();
    if (authorised) {
        return Polkit::Verdict::allowed;
    }
    return challenge ? Polkit::Verdict::interaction_required : Polkit::Verdict::refused;
}

} // namespace

/// A question in the list for as long as it may wait.
class Polkit::Entry {
public:
    Entry(std::shared_ptr<std::list<Pending>> list, Pending pending) : list_(std::move(list)) {
        list_->push_back(std::move(pending));
        place_ = std::prev(list_->end());
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { list_->erase(place_); }

private:
    std::shared_ptr<std::list<Pending>> list_;
    std::list<Pending>::iterator place_;
};

base::Task<Polkit::Verdict> Polkit::ask(Question question) {
    require_room(question);
    auto putting = questions_.run(connection_.loop(), put(std::move(question)));
    const Verdict verdict = co_await putting;
    co_return verdict;
}

base::Task<Polkit::Verdict> Polkit::put(Question question) {
    const std::string cancellation = "loquet-" + std::to_string(++last_);
    Message message = message_for(question, cancellation);
    Pending pending{question.sender, question.uid, question.may_interact, cancellation};
    const Entry entry(pending_, std::move(pending));
    const auto within = question.may_interact ? person_answers_within : machine_answers_within;
    try {
        auto asking = connection_.call_async(std::move(message), within);
        const Message answer = co_await asking;
        co_return read_verdict(answer);
    } catch (const Error& error) {
        throw Error(Error::Kind::unavailable,
                    std::string("polkit could not be asked, and without it only root may do this: ") + error.what());
    }
}

void Polkit::require_room(const Question& question) const {
    std::size_t of_user = 0;
    std::size_t dialogs = 0;
    std::size_t dialogs_of_user = 0;
    for (const Pending& pending : *pending_) {
        const bool same = pending.uid == question.uid;
        of_user += same ? 1U : 0U;
        dialogs += pending.may_interact ? 1U : 0U;
        dialogs_of_user += same && pending.may_interact ? 1U : 0U;
    }
    const bool full_of_dialogs =
        question.may_interact
        && (dialogs >= limits::polkit_dialogs || dialogs_of_user >= limits::polkit_dialogs_per_uid);
    if (full_of_dialogs || pending_->size() >= limits::polkit_questions
        || of_user >= limits::polkit_questions_per_uid) {
        throw Error(Error::Kind::busy, "too many calls wait for a decision of polkit: answer or end one of them first");
    }
}

Message Polkit::message_for(const Question& question, const std::string& cancellation) {
    Message message = connection_.method_call(name, path, interface, "CheckAuthorization");
    Writer writer(message.get());
    writer.structure("sa{sv}", [&] {
        writer.text("system-bus-name");
        writer.dictionary([&] { writer.entry("name", question.sender); });
    });
    writer.text(question.action);
    writer.array("{ss}", [] {});
    writer.u32(question.may_interact ? allow_user_interaction : 0);
    writer.text(cancellation);
    return message;
}

void Polkit::forget(std::string_view sender) {
    for (const Pending& pending : *pending_) {
        if (pending.sender == sender) {
            const Message message = connection_.method_call(name, path, interface, "CancelCheckAuthorization");
            Writer(message.get()).text(pending.cancellation);
            check(sd_bus_message_set_expect_reply(message.get(), 0), "cannot cancel a question to polkit");
            connection_.send(message);
        }
    }
}

} // namespace loquet::bus
