// SPDX-License-Identifier: LGPL-2.1-or-later
// One mail on its way to the relay. One thread.
#pragma once

#include "lib/delivery/transfer.h"
#include "plugins/smtp/relay.h"
#include "plugins/smtp/reply.h"

#include <loquet/channel.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace loquet::plugins_smtp {

class MailTransfer : public delivery::Transfer {
public:
    /// Told to the operator: the relay cannot be used as the options say. `sentence` holds no secret.
    using Complain = std::function<void(const std::string& sentence)>;

    /// The delivery is checked before. `relay` outlives it.
    MailTransfer(const Relay& relay, const sdk::Delivery& delivery, Complain complain);
    ~MailTransfer() override;

    [[nodiscard]] sdk::DeliveryOutcome outcome(CURLcode result) override;

private:
    static std::size_t give(char* buffer, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t hear(const char* line, std::size_t size, std::size_t count, void* self) noexcept;
    static int watch(CURL* handle, curl_infotype type, char* data, std::size_t size, void* self) noexcept;
    void set_security(const Relay& relay);
    void set_envelope(const Relay& relay, const sdk::Delivery& delivery);

    /// What may be told of it: neither a word of the text nor the address, printable, cut at `longest` bytes.
    [[nodiscard]] std::string tellable(std::string_view said, std::size_t longest) const;
    [[nodiscard]] std::string why_unanswered(CURLcode result) const;
    /// By the server's last reply, which is an error.
    [[nodiscard]] sdk::DeliveryOutcome judged() const;

    std::string mail_; ///< a secret
    std::string text_; ///< a secret, so that an answer which repeats it is not quoted
    std::size_t given_ = 0;
    std::size_t heard_ = 0; ///< octets of all answers
    std::string destination_;
    Stage stage_ = Stage::connection;
    Reply reply_;        ///< to what was said last, QUIT excepted
    bool quits_ = false; ///< libcurl has said QUIT
    delivery::CurlList recipients_;
    Complain complain_;
};

} // namespace loquet::plugins_smtp
