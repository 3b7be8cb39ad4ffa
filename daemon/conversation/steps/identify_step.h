// SPDX-License-Identifier: LGPL-2.1-or-later
// Who somebody is who cannot log in, by what they know of themselves: the name, or the mail address. And the names that
// are sent to an address. Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/steps/step.h"
#include "daemon/recovery/name_message.h"
#include "lib/base/clock.h"
#include "lib/messages/catalogue.h"

#include <optional>
#include <string>
#include <string_view>

namespace loquet::conversation {

/// Whom a typed text means. Nothing in it says to a caller whether there is an account.
struct Identity {
    Subject subject;
    std::optional<std::string> mail; ///< canonical; nothing where it is no address, or none is asked for
};

/// As the first item of the dialog's flow asks for it. An address that several accounts have confirmed means none of
/// them, unless it is held at all but one (`steady`: now): who has it longer loses nothing by a claim that may be
/// stopped still. Unlike at a login it does not matter whom the caller's own sources of names know.
[[nodiscard]] Identity identity_in(const store::Store& store, const Dialog& dialog, std::string_view typed,
                                   base::Milliseconds steady);

/// The account that the dialog found by it, as it is now; else the subject as it is.
[[nodiscard]] Subject identified_again(const store::Store& store, const Subject& subject);

/// The account that has the address, for a login by address, as identity_in() finds it.
[[nodiscard]] std::optional<std::string> name_by_mail(const store::Store& store, std::string_view typed,
                                                      base::Milliseconds steady);

/// Whose counters a try of this text changes: those of the text at this place on this day, so that somebody who tries
/// another person's address shuts nothing to them elsewhere, and who forgets often is not shut out in the end.
[[nodiscard]] model::Digest identity_of_try(const store::Store& store, const Dialog& dialog, std::string_view typed,
                                            base::Milliseconds steady);

/// Asks. The answer is taken before the step sees it (Attempt::identify), because everything behind it runs as if the
/// dialog had begun with that name, beginning with the permit.
class IdentifyStep final : public FixedStep {
public:
    explicit IdentifyStep(const messages::Catalogue& texts) : texts_(texts) {}

    /// What is behind it begins in the same turn.
    [[nodiscard]] bool acts() const noexcept override { return true; }
    base::Task<Effects> begin(Dialog& dialog, const Subject& subject) override;
    base::Task<Effects> answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) override;

private:
    const messages::Catalogue& texts_;
};

/// Sends when it begins, says the same for every address, and leads back to the menu.
class SendNamesStep final : public FixedStep {
public:
    SendNamesStep(const recovery::NameMessages& names, const messages::Catalogue& texts)
        : names_(names), texts_(texts) {}

    [[nodiscard]] bool acts() const noexcept override { return true; }
    [[nodiscard]] bool sends() const noexcept override { return names_.can_send(); }
    base::Task<Effects> begin(Dialog& dialog, const Subject& subject) override;
    base::Task<Effects> answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) override;

private:
    recovery::NameMessages names_;
    const messages::Catalogue& texts_;
};

/// The message with the names of those who have the address by which the dialog was identified; padding where there is
/// nobody to send it to or behind a lock, so that
/// it costs as much.
[[nodiscard]] store::Store::Work names_or_padding(const recovery::NameMessages& names, const Dialog& dialog,
                                                  const std::string& step);

} // namespace loquet::conversation
