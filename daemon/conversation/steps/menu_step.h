// SPDX-License-Identifier: LGPL-2.1-or-later
// The menu of self-service: one prompt with the purposes for which the site has flows. Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/steps/step.h"
#include "daemon/outbox/outbox.h"
#include "lib/messages/catalogue.h"

#include <string>
#include <string_view>
#include <vector>

namespace loquet::conversation {

class MenuStep final : public FixedStep {
public:
    /// Entries are answered by their number, as a French keyboard gives it too, or by the beginning of a word of them.
    struct Entry {
        const char* purpose; ///< nullptr: help
        const char* label;   ///< in the catalogues
    };

    MenuStep(const config::Config& settings, const outbox::Outbox* outbox, const messages::Catalogue& texts)
        : settings_(settings), outbox_(outbox), texts_(texts) {}

    /// What is chosen begins in the same turn, and may send.
    [[nodiscard]] bool acts() const noexcept override { return true; }
    [[nodiscard]] bool sends() const noexcept override { return has_media(); }
    base::Task<Effects> begin(Dialog& dialog, const Subject& subject) override;
    base::Task<Effects> answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) override;

private:
    [[nodiscard]] bool has_media() const noexcept { return outbox_ != nullptr && !outbox_->settings().media.empty(); }
    [[nodiscard]] bool has_mail() const noexcept;
    [[nodiscard]] std::vector<Entry> entries(const Dialog& dialog) const;
    /// `above`: a line over the menu; empty: none.
    [[nodiscard]] Effects ask(const Dialog& dialog, const std::string& above) const;

    const config::Config& settings_;
    const outbox::Outbox* outbox_;
    const messages::Catalogue& texts_;
};

/// The text for those who cannot go on: whom to call, where the site says so.
[[nodiscard]] std::string help_text(const config::Config& settings, const messages::Catalogue& texts,
                                    const std::string& locale);

} // namespace loquet::conversation
