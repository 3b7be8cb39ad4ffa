// SPDX-License-Identifier: MIT
// C++ comfort over channel.h. A channel is a class with
//     static const loquet_manifest& manifest();
//     Channel(loquet::sdk::Host host, const loquet::sdk::Options& options);   // throws Refusal
//     void submit(std::uint64_t id, const loquet::sdk::Delivery& delivery);
//     void work(int wake, std::uint32_t timeout_ms, loquet::sdk::ChannelOutput& output);
//     void receipts(const loquet::sdk::ReceiptsRequest& request);                      // where it has any
// and is exported by LOQUET_DEFINE_CHANNEL(Channel) in one source file, outside of any namespace. A channel that need
// not wait for anything derives from ImmediateChannel instead, and says only how it delivers one message.
#ifndef LOQUET_CHANNEL_HPP
#define LOQUET_CHANNEL_HPP

#include "channel.h"
#include "plugin.hpp"
#include "secure.hpp"

#include <type_traits>

namespace loquet::sdk {

/// A message as it is lent to submit(). DeliveryCopy is a copy for afterwards.
class Delivery {
public:
    explicit Delivery(const loquet_delivery& delivery) : delivery_(&delivery) {}

    [[nodiscard]] std::string_view reference() const { return view(delivery_->reference); }
    [[nodiscard]] std::string_view destination() const { return view(delivery_->destination); }
    [[nodiscard]] std::string_view subject() const { return view(delivery_->subject); }
    /// A secret.
    [[nodiscard]] std::string_view text() const { return view(delivery_->text); }
    [[nodiscard]] std::string_view locale() const { return view(delivery_->locale); }
    [[nodiscard]] std::int64_t now() const { return delivery_->now; }
    [[nodiscard]] std::int64_t expires() const { return delivery_->expires; }
    [[nodiscard]] std::uint32_t attempt() const { return delivery_->attempt; }

private:
    const loquet_delivery* delivery_;
};

/// A telephone number as E.164 writes it with its "+": 7 to 15 digits, the first of which is no 0.
inline bool is_phone_number(std::string_view text) {
    if (text.size() < 8 || text.size() > 16 || text[0] != '+' || text[1] == '0') {
        return false;
    }
    for (const char c : text.substr(1)) {
        if (c < '0' || c > '9') {
            return false;
        }
    }
    return true;
}

/// A mail address that no protocol can misread: RFC 5321, 4.1.2, in ASCII, a Dot-string (not quoted) before the "@",
/// and no "-" at its beginning, which a program would take for an option.
inline bool is_mail_address(std::string_view text) {
    const size_t at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || at + 1 == text.size() || text.size() > 254
        || text[0] == '-') {
        return false;
    }
    const auto is_alphanumeric = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    for (size_t n = 0; n < text.size(); ++n) {
        const char c = text[n];
        const bool between = n > 0 && n + 1 < text.size() && n != at - 1 && n != at + 1;
        const bool dot = c == '.' && between && text[n - 1] != '.';
        const std::string_view others = n < at ? "!#$%&'*+-/=?^_`{|}~" : "-";
        if (n != at && !is_alphanumeric(c) && !dot && others.find(c) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

/// A copy of a delivery that lives until it was told; its text is wiped with it. It stays where it was made.
class DeliveryCopy {
public:
    explicit DeliveryCopy(const Delivery& delivery)
        : reference_(delivery.reference()), destination_(delivery.destination()), subject_(delivery.subject()),
          text_(delivery.text()), locale_(delivery.locale()), now_(delivery.now()), expires_(delivery.expires()),
          attempt_(delivery.attempt()) {}
    DeliveryCopy(const DeliveryCopy&) = delete;
    DeliveryCopy& operator=(const DeliveryCopy&) = delete;
    ~DeliveryCopy() { wipe(text_); }

    [[nodiscard]] const std::string& reference() const { return reference_; }
    [[nodiscard]] const std::string& destination() const { return destination_; }
    [[nodiscard]] const std::string& subject() const { return subject_; }
    /// A secret.
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] const std::string& locale() const { return locale_; }
    [[nodiscard]] std::int64_t now() const { return now_; }
    [[nodiscard]] std::int64_t expires() const { return expires_; }
    [[nodiscard]] std::uint32_t attempt() const { return attempt_; }

private:
    std::string reference_;
    std::string destination_;
    std::string subject_;
    std::string text_;
    std::string locale_;
    std::int64_t now_;
    std::int64_t expires_;
    std::uint32_t attempt_;
};

/// A question for receipts, as it is lent to receipts().
class ReceiptsRequest {
public:
    explicit ReceiptsRequest(const loquet_receipts_request& request) : request_(&request) {}

    /// All that was told for the request before this one is stored.
    [[nodiscard]] bool kept() const { return request_->kept != 0; }
    [[nodiscard]] std::size_t sent_count() const { return request_->sent_count; }
    [[nodiscard]] std::string_view reference(std::size_t n) const { return view(request_->sent[n].reference); }
    [[nodiscard]] std::string_view gateway_reference(std::size_t n) const {
        return view(request_->sent[n].gateway_reference);
    }

private:
    const loquet_receipts_request* request_;
};

/// What is known of a message that was sent, as a value.
struct Receipt {
    enum class Outcome {
        delivered = LOQUET_RECEIPT_DELIVERED,
        delayed = LOQUET_RECEIPT_DELAYED,
        failed = LOQUET_RECEIPT_FAILED
    };

    std::string reference;
    Outcome outcome = Outcome::delayed;
    std::string said;
};
/// The most that may be told for one request.
constexpr std::size_t most_receipts = 32;

/// The reference of a delivery: 32 lower-case hexadecimal digits.
inline bool is_reference(std::string_view text) {
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Where work() tells what became of a delivery, once for each.
class ChannelOutput {
public:
    explicit ChannelOutput(const loquet_channel_output& output) : output_(&output) {}

    void sent(std::uint64_t id, std::string_view gateway_reference, std::string_view said) {
        output_->sent(output_->context, id, text(gateway_reference), text(said));
    }
    /// after_ms 0: when the daemon sees fit.
    void retry(std::uint64_t id, std::uint32_t after_ms, std::string_view said) {
        output_->retry(output_->context, id, after_ms, text(said));
    }
    void refused(std::uint64_t id, std::string_view said) { output_->refused(output_->context, id, text(said)); }
    /// The gateway may have taken it, and its answer never came.
    void lost(std::uint64_t id, std::string_view said) { output_->lost(output_->context, id, text(said)); }
    void receipt(const Receipt& receipt) {
        output_->receipt(output_->context, text(receipt.reference), static_cast<int>(receipt.outcome),
                         text(receipt.said));
    }
    void receipts_end(bool more) { output_->receipts_end(output_->context, more ? 1 : 0); }

private:
    const loquet_channel_output* output_;
};

/// What became of one delivery, as a value; the members are those of loquet_channel_output.
struct DeliveryOutcome {
    enum class Kind { sent, retry, refused, lost };

    Kind kind = Kind::refused;
    std::string gateway_reference; ///< of what was sent
    std::uint32_t after_ms = 0;    ///< of what is to be tried again
    std::string said;

    void tell(std::uint64_t id, ChannelOutput& output) const {
        switch (kind) {
        case Kind::sent:
            output.sent(id, gateway_reference, said);
            break;
        case Kind::retry:
            output.retry(id, after_ms, said);
            break;
        case Kind::refused:
            output.refused(id, said);
            break;
        case Kind::lost:
            output.lost(id, said);
            break;
        }
    }
};

/// The base of a channel that is done with a message when its function returns (a file, a device), within a moment.
/// It keeps no message at all. What deliver() throws is told as a retry that says what().
class ImmediateChannel {
public:
    ImmediateChannel() = default;
    ImmediateChannel(const ImmediateChannel&) = delete;
    ImmediateChannel& operator=(const ImmediateChannel&) = delete;
    virtual ~ImmediateChannel() = default;

    void submit(std::uint64_t id, const Delivery& delivery) {
        done_.emplace_back(id, DeliveryOutcome());
        try {
            done_.back().second = deliver(delivery);
        } catch (const std::exception& error) {
            done_.back().second = {DeliveryOutcome::Kind::retry, {}, 0, error.what()};
        }
    }
    void work(int /*wake*/, std::uint32_t /*timeout_ms*/, ChannelOutput& output) {
        for (const auto& [id, outcome] : done_) {
            outcome.tell(id, output);
        }
        done_.clear();
    }

private:
    virtual DeliveryOutcome deliver(const Delivery& delivery) = 0;

    std::vector<std::pair<std::uint64_t, DeliveryOutcome>> done_; ///< what the next work() tells
};

namespace thunk {

template <class Channel>
int submit(void* self, std::uint64_t id, const loquet_delivery* message) noexcept {
    if (message->size < sizeof *message) {
        return -1;
    }
    return guarded([&] { static_cast<Channel*>(self)->submit(id, Delivery(*message)); });
}

template <class Channel>
int work(void* self, int wake, std::uint32_t timeout_ms, const loquet_channel_output* output) noexcept {
    if (output->size < sizeof *output) {
        return -1;
    }
    return guarded([&] {
        ChannelOutput out(*output);
        static_cast<Channel*>(self)->work(wake, timeout_ms, out);
    });
}

template <class Channel>
int receipts(void* self, const loquet_receipts_request* request) noexcept {
    if (request->size < sizeof *request) {
        return -1;
    }
    return guarded([&] { static_cast<Channel*>(self)->receipts(ReceiptsRequest(*request)); });
}

/// Whether a channel has receipts().
template <class Channel, class = void>
struct HasReceipts : std::false_type {};
template <class Channel>
struct HasReceipts<Channel,
                   std::void_t<decltype(std::declval<Channel&>().receipts(std::declval<const ReceiptsRequest&>()))>>
    : std::true_type {};

template <class Channel>
constexpr auto receipts_of() noexcept -> int (*)(void*, const loquet_receipts_request*) {
    if constexpr (HasReceipts<Channel>::value) {
        return &receipts<Channel>;
    } else {
        return nullptr;
    }
}

} // namespace thunk
} // namespace loquet::sdk

#define LOQUET_DEFINE_CHANNEL(Channel)                                                                                 \
    extern "C" LOQUET_EXPORT const loquet_channel loquet_channel_v1 = {sizeof(loquet_channel),                         \
                                                                       &loquet::sdk::thunk::manifest<Channel>,         \
                                                                       &loquet::sdk::thunk::create<Channel>,           \
                                                                       &loquet::sdk::thunk::submit<Channel>,           \
                                                                       &loquet::sdk::thunk::work<Channel>,             \
                                                                       &loquet::sdk::thunk::destroy<Channel>,          \
                                                                       loquet::sdk::thunk::receipts_of<Channel>()};

#endif
