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

void FakePolkit::answer(bus::Call call) {
    Question question = read_question(call);
    const std::lock_guard lock(mutex_);
    const bool allowed = allowed_.contains(question.action);
    questions_.push_back(std::move(question));
    switch (manner_) {
    case Manner::answers:
        return call.reply([&](bus::Writer& writer) {
            writer.structure("bba{ss}", [&] { writer.boolean(allowed).boolean(false).array("{ss}", [] {}); });
        });
    case Manner::fails:
        return call.fail(base::Error(base::Error::Kind::unavailable, "polkit has no rules"));
    case Manner::is_silent:
        unanswered_.push_back(std::move(call));
        return;
    case Manner::talks_nonsense:
        return call.reply([](bus::Writer& writer) { writer.text("yes"); });
    }
}

int FakePolkit::received(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    if (sd_bus_message_is_method_call(message, "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization") <= 0) {
        return 0;
    }
    try {
        static_cast<FakePolkit*>(self)->answer(bus::Call(message));
    } catch (const base::Error&) {
        return -EINVAL; // the caller sees an error
    }
    return 1;
}

} // namespace loquet::tests
