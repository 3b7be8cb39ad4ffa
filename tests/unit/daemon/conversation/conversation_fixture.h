// SPDX-License-Identifier: LGPL-2.1-or-later
// An engine on a real store, a real hasher and the shipped texts; the plugins and the clock are the test's. One thread.
#pragma once

#include "daemon/audit/audit_log.h"
#include "daemon/conversation/engine.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/steps_table.h"
#include "lib/protocol/names.h"
#include "tests/support/canary.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/daemon/conversation/fakes.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::conversation {

using base::Error;
using base::Secret;
using protocol::Answers;
using protocol::Ask;
using protocol::Denied;
using protocol::Granted;
using protocol::Reason;
using protocol::Turn;
using store::Kind;
using store::kind_thrown_by;
namespace canary = tests::canary;
namespace purpose = protocol::purpose;

/// How many hashes libxcrypt computed since the program started.
[[nodiscard]] int hashes_computed() noexcept;

[[nodiscard]] Answers answers(std::initializer_list<std::string_view> texts);
/// The reason of a refusal; nothing where it is none.
[[nodiscard]] std::optional<Reason> refusal(const Turn& turn);
[[nodiscard]] bool is_granted(const Turn& turn);
/// The good end of a purpose that lets nobody in.
[[nodiscard]] bool is_done(const Turn& turn);
/// The names of what is asked; none where nothing is.
[[nodiscard]] std::vector<std::string> asked(const Turn& turn);
[[nodiscard]] std::vector<std::string> texts_of(const Turn& turn);

class ConversationFixture : public testing::Test {
protected:
    static constexpr model::Uid anna{30001};
    static constexpr model::Uid bert{30002};

    /// What a test needs that goes through thousands of dialogs: nothing is durable, and a guess costs less.
    struct Cheap {};

    ConversationFixture();
    explicit ConversationFixture(Cheap /*cheap*/);
    ~ConversationFixture() override;

    /// Made when it is first used, so that a test can set `settings_` and the steps before.
    Engine& engine();
    /// Of what `settings_` and the steps are now.
    std::shared_ptr<const FlowSet> flow_set(work::Hasher& hasher);
    std::shared_ptr<const FlowSet> flow_set() { return flow_set(hasher_); }
    recovery::Tickets& tickets();
    /// With that password; empty: never set.
    void add(model::Uid uid, const std::string& name, std::string_view password);
    void set(model::Uid uid, const std::function<void(model::PrivateAccount&)>& change);
    void set(model::Uid uid, const std::function<void(model::Credential&)>& change);
    /// A step of the flow for logins, in a plugin.
    FakeStep& add_step(const std::string& name, config::Proof proves);

    static Client root(const std::string& sender = ":1.1", const std::string& place = "seat0");
    static Client user(std::uint32_t uid, const std::string& sender = ":1.9");

    template <class T>
    T done(base::Task<T> task) {
        return tests::wait_for(loop_, std::move(task));
    }
    template <class T>
    using Started = std::shared_ptr<tests::detail::Watched<T>>;
    /// Runs up to where it waits for something.
    template <class T>
    static Started<T> start(base::Task<T> task) {
        auto watched = std::make_shared<tests::detail::Watched<T>>();
        tests::detail::watch<T>(std::move(task), watched);
        return watched;
    }
    template <class T>
    T end_of(const Started<T>& started) {
        if (!tests::eventually(loop_, [&] { return started->done(); })) {
            throw std::runtime_error("the coroutine was not done in time");
        }
        if (started->failure) {
            std::rethrow_exception(started->failure);
        }
        if constexpr (!std::is_void_v<T>) {
            return *std::move(started->value);
        }
    }
    template <class T>
    std::optional<Kind> kind_of(base::Task<T> task) {
        return kind_thrown_by([&] { (void)done(std::move(task)); });
    }

    Begun begin(const std::string& name, const Client& client = root(), const std::string& for_purpose = "login");
    /// One call with the password known.
    Turn log_in(const std::string& name, std::string_view password, const Client& client = root());
    Turn answer(DialogId id, std::initializer_list<std::string_view> texts, const std::string& sender = ":1.1");

    [[nodiscard]] model::PrivateAccount private_part(model::Uid uid) const;
    [[nodiscard]] model::Credential credential(model::Uid uid) const;
    [[nodiscard]] model::AttemptCounters counters(const std::string& name) const;
    [[nodiscard]] std::vector<model::AuditEvent> records() const;
    [[nodiscard]] std::uint64_t commits() const { return store_->statistics().commits; }

    ConversationFixture(tests::KeptIn kept, const work::HashingOptions& hashing);

    tests::TempFolder folder_;
    tests::FakeClock clock_;
    bus::Loop loop_;
    std::unique_ptr<store::Store> store_;
    model::SteadyTime steady_;
    work::Hasher hasher_;
    messages::Catalogue texts_;
    config::Config settings_;
    FakeLockout lockout_;
    FakeRules rules_;
    std::map<std::string, std::unique_ptr<FakeStep>> plugin_steps_;
    outbox::Outbox* sends_by_ = nullptr; ///< where what is sent goes; nullptr: nothing can be sent
    HasRights has_rights_;               ///< nothing: nobody has
    base::Milliseconds level_reply_ = Attempt::level_reply;
    std::unique_ptr<recovery::Tickets> tickets_; ///< made with the engine, or when it is first used
    std::unique_ptr<Engine> engine_;
};

} // namespace loquet::conversation
