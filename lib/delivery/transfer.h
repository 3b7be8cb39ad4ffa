// SPDX-License-Identifier: LGPL-2.1-or-later
// One delivery by libcurl: a handle with the rules that hold for every gateway, to which a protocol adds its own, and
// libcurl's own list of transfers, which keeps their connections for the next ones. One thread at a time: that of
// Transfers, or with TransferThreads another while libcurl has it.
#pragma once

#include "lib/base/handle.h"

#include <curl/curl.h>
#include <loquet/channel.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace loquet::delivery {

using Multi = base::Handle<CURLM, curl_multi_cleanup>;

/// Throws std::runtime_error where libcurl cannot go on.
void check(CURLMcode result);

/// With at most so many connections to one gateway. Throws std::runtime_error.
[[nodiscard]] Multi new_multi(long connections);

using CurlList = base::Handle<curl_slist, curl_slist_free_all>;

/// What an administrator says of every transfer.
struct TransferRules {
    std::string protocols;                    ///< "https", "smtp,smtps": nothing else is spoken
    std::string ca_file;                      ///< whom to trust; empty: the system's list
    std::chrono::seconds connect_timeout{10}; ///< names, TCP and TLS together
    std::chrono::seconds timeout{50};         ///< all of it, waiting for a free connection included
};

/// Appends to a list of libcurl; throws std::bad_alloc.
void append(CurlList& list, const std::string& line);

class Transfer {
public:
    static constexpr std::size_t longest_answer = 64 * 1024; ///< bytes; a gateway that says more is cut off

    virtual ~Transfer() = default;
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// Called once, when libcurl is done with it.
    [[nodiscard]] virtual sdk::DeliveryOutcome outcome(CURLcode result) = 0;
    [[nodiscard]] CURL* handle() const { return easy_.get(); }
    /// For who let it wait since it was made: the time that it has left. False where that is none.
    [[nodiscard]] bool begin_in_time();

protected:
    /// No redirect, no proxy, no .netrc, TLS of at least 1.2 with the server's name checked, and an end before
    /// `expires` (milliseconds since 1970): nothing is handed on after that.
    Transfer(const TransferRules& rules, std::int64_t expires);

    /// Throws std::runtime_error where libcurl does not take the value.
    template <class Value>
    void set(CURLoption option, Value value) {
        if (const CURLcode result = curl_easy_setopt(easy_.get(), option, value); result != CURLE_OK) {
            throw std::runtime_error(std::string("libcurl: ") + curl_easy_strerror(result));
        }
    }
    /// Why it failed, in libcurl's words; never a secret.
    [[nodiscard]] std::string complaint(CURLcode result) const;

private:
    std::chrono::steady_clock::time_point end_;
    std::array<char, CURL_ERROR_SIZE> complaint_{};
    base::Handle<CURL, curl_easy_cleanup> easy_; ///< after what it writes into
};

/// Milliseconds since 1970, UTC.
[[nodiscard]] std::int64_t milliseconds_now();

/// What became of deliveries, until the host is told. One thread.
class Outcomes {
public:
    void add(std::uint64_t id, sdk::DeliveryOutcome outcome) { untold_.emplace_back(id, std::move(outcome)); }
    /// True where there was something to tell.
    bool tell(sdk::ChannelOutput& output) {
        for (const auto& [id, outcome] : untold_) {
            outcome.tell(id, output);
        }
        return !std::exchange(untold_, {}).empty();
    }

private:
    std::vector<std::pair<std::uint64_t, sdk::DeliveryOutcome>> untold_;
};

} // namespace loquet::delivery
