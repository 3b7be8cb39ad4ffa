// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/api/fake_polkit.h"

#include <utility>

namespace loquet::tests {

namespace {

FakePolkit::Question read_question(const bus::Call& call) {
    FakePolkit::Question question;
    bus::Reader reader = call.arguments();
    reader.enter(SD_BUS_TYPE_STRUCT, "sa{sv}");
    question.subject_kind = reader.text(256);
    reader.dictionary(8, [&](const std::string& key, std::string_view signature) {
        if (key != "name" || signature != "s") {
            return false;
        }
        question.subject = reader.text(256);
        return true;
    });
    reader.exit();
    question.action = reader.text(256);
    reader.array("{ss}", 0, [] {});
    question.flags = reader.u32();
    question.cancellation = reader.text(256);
    return question;
}

} // namespace

FakePolkit::FakePolkit(const std::string& address) {
    std::promise<bus::Loop*> ready;
    auto started = ready.get_future();
    thread_ = std::thread([this, address, &ready] { work(address, ready); });
    loop_ = started.get();
}

FakePolkit::~FakePolkit() {
    loop_->post([this] { loop_->stop(); });
    thread_.join();
}

void FakePolkit::work(const std::string& address, std::promise<bus::Loop*>& ready) {
    bus::Loop loop;
    bus::Connection connection = bus::Connection::at(address);
    connection.add_filter(received, this);
    connection.own_name("org.freedesktop.PolicyKit1");
    connection.attach(loop);
    ready.set_value(&loop);
    loop.run();
    unanswered_.clear();
}

void FakePolkit::allow(std::set<std::string> actions) {
    const std::lock_guard lock(mutex_);
    allowed_ = std::move(actions);
}

void FakePolkit::behave(Manner manner) {
    const std::lock_guard lock(mutex_);
    manner_ = manner;
}

std::vector<FakePolkit::Question> FakePolkit::take_questions() {
    const std::lock_guard lock(mutex_);
    return std::exchange(questions_, {});
}

std::set<std::string> FakePolkit::cancelled() const {
    const std::lock_guard lock(mutex_);
    return cancelled_;
}

void FakePolkit::answer(bus::Call call) {
    Question question = read_question(call);
    const std::string cancellation = question.cancellation;
    const std::lock_guard lock(mutex_);
    const bool allowed = allowed_.contains(question.action);
    const bool asks = manner_ == Manner::wants_a_person;
    const bool waits = manner_ == Manner::is_silent || (manner_ == Manner::waits_for_a_person && question.flags != 0);
    questions_.push_back(std::move(question));
    if (waits) {
        unanswered_.emplace(cancellation, std::move(call));
    } else if (manner_ == Manner::fails) {
        call.fail(base::Error(base::Error::Kind::unavailable, "polkit has no rules"));
    } else if (manner_ == Manner::talks_nonsense) {
        call.reply([](bus::Writer& writer) { writer.text("yes"); });
    } else {
        call.reply([&](bus::Writer& writer) {
            writer.structure("bba{ss}", [&] { writer.boolean(allowed && !asks).boolean(asks).array("{ss}", [] {}); });
        });
    }
}

void FakePolkit::cancel(bus::Call call) {
    const std::string cancellation(call.arguments().text(256));
    const std::lock_guard lock(mutex_);
    cancelled_.insert(cancellation);
    const auto question = unanswered_.find(cancellation);
    if (question != unanswered_.end()) {
        question->second.fail(base::Error(base::Error::Kind::denied, "the question was taken back"));
        unanswered_.erase(question);
    }
    call.reply();
}

int FakePolkit::received(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    constexpr const char* interface = "org.freedesktop.PolicyKit1.Authority";
    auto* const polkit = static_cast<FakePolkit*>(self);
    try {
        if (sd_bus_message_is_method_call(message, interface, "CheckAuthorization") > 0) {
            polkit->answer(bus::Call(message));
            return 1;
        }
        if (sd_bus_message_is_method_call(message, interface, "CancelCheckAuthorization") > 0) {
            polkit->cancel(bus::Call(message));
            return 1;
        }
    } catch (const base::Error&) {
        return -EINVAL; // the caller sees an error
    }
    return 0;
}

} // namespace loquet::tests
