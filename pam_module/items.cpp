// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/items.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/client/dialog_runner.h"
#include "pam_module/name_check.h"

#include <langinfo.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

namespace loquet::pam {

namespace {

const char* raw_item(pam_handle_t* handle, int item) {
    const void* value = nullptr;
    return pam_get_item(handle, item, &value) == PAM_SUCCESS ? static_cast<const char*>(value) : nullptr;
}

/// printable() twice does no harm and makes it UTF-8, which the bus insists on.
std::string field(const char* value) {
    return value == nullptr ? "" : base::printable(value, limits::client_field_bytes);
}

std::string seat_of(pam_handle_t* handle) {
    const char* seat = pam_getenv(handle, "XDG_SEAT");
    return field(seat != nullptr ? seat : raw_item(handle, PAM_XDISPLAY));
}

/// The locale of the application's own texts; "C" where it never called setlocale(3).
const char* spoken_locale() {
    return ::nl_langinfo(NL_LOCALE_NAME(LC_MESSAGES));
}

/// The dialog's language (locale(7)): what the application set for the person, before what it speaks itself, before
/// what the process runs with. A set-uid program takes none from its environment, but su(1) has let libc do so.
std::string locale_of(pam_handle_t* handle) {
    constexpr const char* variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (const char* name : variables) {
        if (const char* value = pam_getenv(handle, name); value != nullptr && *value != '\0') {
            return field(value);
        }
    }
    if (const char* spoken = spoken_locale(); spoken != std::string_view("C")) {
        return field(spoken);
    }
    for (const char* name : variables) {
        if (const char* value = ::secure_getenv(name); value != nullptr && *value != '\0') {
            return field(value);
        }
    }
    return {};
}

/// Who started a program that runs for root. sudo(8) is root altogether before it asks, and says who called it; other
/// services' PAM_RUSER may be a word from the network.
std::optional<std::uint32_t> person_of(pam_handle_t* handle, std::string_view service) {
    if (::getuid() != ::geteuid()) {
        return ::getuid();
    }
    if (::geteuid() == 0 && (service == "sudo" || service == "sudo-i")) {
        return uid_of(text_item(handle, PAM_RUSER));
    }
    return std::nullopt;
}

} // namespace

std::string text_item(pam_handle_t* handle, int item) {
    const char* value = raw_item(handle, item);
    return value == nullptr ? "" : value;
}

std::optional<base::Secret> usable_secret(pam_handle_t* handle, int item) {
    const char* value = raw_item(handle, item);
    if (value == nullptr || *value == '\0') {
        return std::nullopt;
    }
    base::Secret secret{std::string_view(value)};
    return client::can_travel(secret) ? std::make_optional(std::move(secret)) : std::nullopt;
}

void keep_secret(pam_handle_t* handle, int item, const base::Secret& secret) {
    const auto bytes = base::as_bytes(secret.reveal());
    base::SecureBytes terminated(bytes.begin(), bytes.end());
    terminated.push_back(0);
    (void)pam_set_item(handle, item, terminated.data()); // fails only without memory; the modules below then ask
}

client::ClientFacts facts_of(pam_handle_t* handle) {
    client::ClientFacts facts;
    facts.service = field(raw_item(handle, PAM_SERVICE));
    facts.tty = field(raw_item(handle, PAM_TTY));
    facts.rhost = field(raw_item(handle, PAM_RHOST));
    facts.seat = seat_of(handle);
    facts.locale = locale_of(handle);
    facts.real_uid = person_of(handle, facts.service);
    return facts;
}

namespace {

constexpr const char* data_name = "pam_loquet_outcome";

void free_outcome(pam_handle_t* /*handle*/, void* data, int /*status*/) noexcept {
    const std::unique_ptr<AuthOutcome> owned(static_cast<AuthOutcome*>(data));
}

} // namespace

void save(pam_handle_t* handle, AuthOutcome outcome) {
    auto owned = std::make_unique<AuthOutcome>(std::move(outcome));
    if (pam_set_data(handle, data_name, owned.get(), free_outcome) != PAM_SUCCESS) {
        throw base::Error(base::Error::Kind::internal, "libpam cannot keep the outcome for the phases that follow");
    }
    (void)owned.release(); // NOLINT(bugprone-unused-return-value): libpam's now
}

void clear(pam_handle_t* handle) noexcept {
    (void)pam_set_data(handle, data_name, nullptr, nullptr); // fails only where there was none and no memory
}

AuthOutcome* load(pam_handle_t* handle) {
    const void* data = nullptr;
    if (pam_get_data(handle, data_name, &data) != PAM_SUCCESS || data == nullptr) {
        return nullptr;
    }
    auto* outcome = static_cast<AuthOutcome*>(const_cast<void*>(data)); // we put it there, not const
    return outcome->account == text_item(handle, PAM_USER) ? outcome : nullptr;
}

} // namespace loquet::pam
