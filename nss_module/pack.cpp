// SPDX-License-Identifier: LGPL-2.1-or-later
#include "nss_module/pack.h"

#include "lib/base/limits.h"
#include "nss_module/validate.h"

#include <string_view>

namespace loquet::nss {

namespace {

/// The string of `bytes` at `at`; its NUL is put there rather than looked for, and `at` moves behind it.
char* end_string(char*& at, std::size_t bytes) noexcept {
    char* const string = at;
    at[bytes] = '\0';
    at += bytes + 1;
    return string;
}

/// "x", as passwd(5) has it for "elsewhere"; put there, because an empty one lets everybody in where pam_unix has
/// `nullok`.
char* no_password(char*& at) noexcept {
    *at = 'x';
    return end_string(at, 1);
}

/// How many bytes after `begin` a pointer can stand.
std::size_t padding(const char* begin) noexcept {
    return -reinterpret_cast<std::uintptr_t>(begin) % alignof(char*);
}

/// To where each member's name begins in `text`, and a null behind them. False where one begins outside: then these are
/// no pointers. All of them rather than up to the first, and what is wrong shows in the highest bit, so that the
/// compiler takes several at a time.
bool point_at(std::span<const std::uint32_t> begins, std::span<char> text, char** pointers) noexcept {
    static_assert(limits::group_text_bytes <= 1U << 31U);
    const auto base = reinterpret_cast<std::uintptr_t>(text.data());
    const auto last = static_cast<std::uint32_t>(text.size() - 1);
    std::uint32_t outside = 0;
    for (std::size_t i = 0; i < begins.size(); ++i) {
        const std::uint32_t begin = begins[i]; // once: the file could change
        outside |= begin | (last - begin);
        pointers[i] = reinterpret_cast<char*>(base + begin); // NOLINT(performance-no-int-to-ptr): may be outside yet
    }
    pointers[begins.size()] = nullptr;
    return outside >> 31U == 0;
}

} // namespace

Packed pack(const directory::Person& person, passwd& result, std::span<char> buffer) noexcept {
    const std::string_view text = person.text;
    if (!is_ordinary_id(person.uid) || !is_ordinary_id(person.gid) || text.size() > limits::person_text_bytes) {
        return Packed::refused;
    }
    if (buffer.size() < text.size()) {
        return Packed::too_small;
    }
    // Before a NUL is put beside it: what was just written is read back at once only where one store wrote all of it.
    const bool fits = copy_line(text, buffer.data(), ':') && may_be_called({buffer.data(), person.name.size()});
    char* at = buffer.data();
    result.pw_name = end_string(at, person.name.size());
    result.pw_passwd = no_password(at);
    result.pw_gecos = end_string(at, person.gecos.size());
    result.pw_dir = end_string(at, person.home.size());
    result.pw_shell = end_string(at, person.shell.size());
    result.pw_uid = person.uid;
    result.pw_gid = person.gid;
    return fits ? Packed::yes : Packed::refused;
}

Packed pack(const directory::Group& group, ::group& result, std::span<char> buffer) noexcept {
    const std::string_view text = group.text;
    const std::size_t members = group.members.size();
    if (!is_ordinary_id(group.gid) || text.size() > limits::group_text_bytes || members > text.size() / 2) {
        return Packed::refused;
    }
    const std::size_t before_text = padding(buffer.data()) + (members + 1) * sizeof(char*);
    if (buffer.size() < before_text || buffer.size() - before_text < text.size()) {
        return Packed::too_small;
    }
    char** const pointers = reinterpret_cast<char**>(buffer.data() + padding(buffer.data()));
    char* const copy = buffer.data() + before_text;
    const bool fits = copy_line(text, copy, ',') && may_be_called({copy, group.name.size()});
    copy[text.size() - 1] = '\0'; // where every member's name ends at the latest
    char* at = copy;
    result.gr_name = end_string(at, group.name.size());
    result.gr_passwd = no_password(at);
    result.gr_mem = pointers;
    result.gr_gid = group.gid;
    if (!point_at(group.members, {copy, text.size()}, pointers)) {
        return Packed::damaged;
    }
    return fits ? Packed::yes : Packed::refused;
}

} // namespace loquet::nss
