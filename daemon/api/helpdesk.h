// SPDX-License-Identifier: LGPL-2.1-or-later
// What operators do to an account, from the caller of the bus to what is written: who they are by name, whether the
// account is a privileged one, whether they may do it alone, and the act itself under the account's permit. Loop
// thread; outlives its calls.
#pragma once

#include "daemon/accounts/accounts.h"
#include "daemon/api/caller.h"
#include "daemon/config/config.h"
#include "daemon/conversation/engine.h"
#include "daemon/model/act.h"
#include "daemon/recovery/helpdesk_acts.h"
#include "daemon/recovery/helpdesk_reset.h"
#include "lib/base/function.h"
#include "lib/base/secret.h"
#include "lib/base/task.h"
#include "lib/bus/call.h"
#include "lib/bus/message.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet::api {

/// "mail" or "sms". Throws Error (invalid) for anything else.
struct MediumName {
    model::Medium value = model::Medium::mail;
    static MediumName read(bus::Reader& reader);
};

/// The code that a caller read out, one answer in a sealed memfd.
struct CallerCode {
    base::Secret value;
    static CallerCode read(bus::Reader& reader);
};

/// The a{sv} of StartReset. Throws Error (invalid) for a key or a medium that is not known.
struct ResetOptions {
    std::optional<model::Medium> by; ///< a code goes there; none: the next login asks for a new password

    static ResetOptions read(bus::Reader& reader);
};

class Helpdesk {
public:
    /// All of them outlive this object.
    struct Dependencies {
        accounts::Accounts& accounts;
        conversation::Engine& engine;
        recovery::HelpdeskReset& resets;
        recovery::HelpdeskActs& acts;
        Callers& callers;
        const config::Config& settings;
    };
    explicit Helpdesk(const Dependencies& deps) : deps_(deps) {}

    // All of them throw Error, as HelpdeskActs, HelpdeskReset and Accounts say it.

    base::Task<void> unlock(model::Uid account, Caller caller);
    base::Task<void> start_reset(model::Uid account, Caller caller, ResetOptions options);
    /// The code, for the operator to read out.
    base::Task<base::Secret> issue_code(model::Uid account, Caller caller);
    base::Task<void> confirm_addresses(model::Uid account, Caller caller);
    base::Task<void> remove_factor(model::Uid account, Caller caller, accounts::FactorRemoval removal);

    base::Task<void> verify_caller(model::Uid account, Caller caller, model::Medium medium);
    base::Task<void> confirm_caller(model::Uid account, Caller caller, base::Secret code);
    /// `call`: where polkit is asked once more because the account is a privileged one.
    base::Task<void> approve(model::Uid account, Caller caller, std::uint64_t number, const bus::Call& call);
    /// The rows of ListActs.
    void write_acts(bus::Writer& writer, model::Uid account) const;

private:
    /// The act itself, under the account's permit; it gets what is to be written with it.
    using Act = base::Function<base::Task<void>(recovery::HelpdeskActs::Grant grant)>;
    struct Doing {
        model::Uid account;
        model::ActKind kind = model::ActKind::reset;
        std::string detail{};
    };
    base::Task<void> perform(Doing doing, Caller caller, Act act);
    base::Task<void> permitted(recovery::HelpdeskActs::Wanted wanted, Act act);
    /// Nobody may wait for it any more when it comes.
    base::Task<void> keep_code(recovery::HelpdeskReset::Request request, store::Store::Work done,
                               std::shared_ptr<base::Secret> code);
    /// Root is not looked up, and groups where they matter: the rest goes on while the name service does not answer.
    enum class Groups : std::uint8_t { matter, do_not };
    base::Task<accounts::Accounts::Operation> look_up(model::Uid account, Caller caller, Groups asked);
    [[nodiscard]] recovery::HelpdeskReset::Request request(model::Uid account, std::optional<model::Medium> medium,
                                                           const Caller& caller) const;

    Dependencies deps_;
};

} // namespace loquet::api
