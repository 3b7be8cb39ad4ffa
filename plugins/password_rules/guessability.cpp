// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/guessability.h"

#include "plugins/password_rules/rules.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <zxcvbn.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace loquet::plugins_password_rules {

namespace {

constexpr std::ptrdiff_t number_end = 8;

} // namespace

AccountWords::AccountWords(const Alphabet& alphabet, const std::vector<Fact>& facts) {
    for (const Fact& fact : facts) {
        const Characters whole = alphabet.fold(read_characters(fact.value));
        add(whole);
        for (auto at = whole.begin(); at != whole.end();) {
            const auto in_word = [&](char32_t c) { return alphabet.is_letter(c) || is_digit(c); };
            const auto begin = std::find_if(at, whole.end(), in_word);
            at = std::find_if_not(begin, whole.end(), in_word);
            add(Characters(begin, at));
            // A telephone number is typed without its country as often as with it.
            if (at - begin > number_end && std::all_of(begin, at, is_digit)) {
                add(Characters(at - number_end, at));
            }
        }
    }
}

void AccountWords::add(Characters word) {
    const bool known = std::find(words_.begin(), words_.end(), word) != words_.end();
    if (word.size() >= shortest && words_.size() < most && !known) {
        words_.push_back(std::move(word));
    }
}

bool AccountWords::in(const Characters& folded) const {
    return std::any_of(words_.begin(), words_.end(), [&](const Characters& word) {
        return std::search(folded.begin(), folded.end(), word.begin(), word.end()) != folded.end()
               || std::search(folded.begin(), folded.end(), word.rbegin(), word.rend()) != folded.end();
    });
}

std::vector<std::string> AccountWords::ascii() const {
    std::vector<std::string> words;
    for (const Characters& word : words_) {
        if (std::all_of(word.begin(), word.end(), [](char32_t c) { return c > 0 && c < 0x80; })) {
            words.emplace_back(word.begin(), word.end());
        }
    }
    return words;
}

namespace {

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); } // NOLINT(cert-err33-c): only read from
};
using File = std::unique_ptr<std::FILE, CloseFile>;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw std::runtime_error("common_passwords_file " + path + " " + why);
}

File open_trusted(const std::string& path, uid_t owner) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        refuse(path, std::string("cannot be opened: ") + std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    }
    File file(fdopen(descriptor, "rb"));
    struct stat status{};
    if (!file || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        refuse(path, "is not a plain file");
    }
    if (status.st_uid != owner || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        refuse(path, "must belong to root and be writable by nobody else: chown root, chmod 0644");
    }
    if (static_cast<std::uintmax_t>(status.st_size) > CommonPasswords::most_bytes) {
        refuse(path, "is larger than 16 MiB: shorten the list");
    }
    return file;
}

std::string read_all(const std::string& path, std::FILE* file) {
    std::string content(CommonPasswords::most_bytes + 1, '\0'); // a file that grew meanwhile is noticed, too
    content.resize(std::fread(content.data(), 1, content.size(), file));
    if (std::ferror(file) != 0 || content.size() > CommonPasswords::most_bytes) {
        refuse(path, "cannot be read to its end");
    }
    return content;
}

} // namespace

CommonPasswords::CommonPasswords(const std::string& path, const Alphabet& alphabet, uid_t owner) {
    const std::string content = read_all(path, open_trusted(path, owner).get());
    std::size_t lines = 0;
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t end = std::min(content.find('\n', at), content.size());
        std::string_view line(content.data() + at, end - at);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (++lines > most_lines) {
            refuse(path, "has more than a million lines: shorten the list");
        }
        if (!line.empty()) {
            folded_.insert(alphabet.fold(read_characters(line)));
        }
        at = end + 1;
    }
}

namespace {

struct FreeMatches {
    void operator()(ZxcMatch_t* matches) const noexcept { ZxcvbnFreeInfo(matches); }
};

/// zxcvbn's score: fewer than 10^3, 10^6, 10^8, 10^10 guesses, or more; in bits.
int level_of(double bits) {
    constexpr std::array<double, 4> limits{9.966, 19.932, 26.575, 33.219};
    return static_cast<int>(std::count_if(limits.begin(), limits.end(), [&](double limit) { return bits >= limit; }));
}

bool is_one_word(const ZxcMatch_t* first, std::size_t length) {
    return first != nullptr && first->Begin == 0 && static_cast<std::size_t>(first->Length) == length
           && (first->Type == DICTIONARY_MATCH || first->Type == DICT_LEET_MATCH);
}

/// zxcvbn wipes the copy that it takes of its input, but its search leaves single characters on the stack.
[[gnu::noinline]] void wipe_stack_below() {
    std::array<char, 16 * 1024> used;
    sdk::wipe(used.data(), used.size());
}

} // namespace

Strength weigh(const Characters& candidate, const std::vector<std::string>& words) {
    sdk::SecureText input;
    const std::size_t length = std::min(candidate.size(), characters_weighed);
    input.reserve(length + 1);
    for (std::size_t n = 0; n < length; ++n) {
        const char32_t c = candidate[n];
        // NUL would end the text for zxcvbn; the host never lets one in, and as a blank it is worth as little.
        input.push_back(static_cast<char>(c == 0 ? U' ' : c < 0x80 ? c : 0x80 | (c & 0x7F)));
    }
    input.push_back('\0');
    std::vector<const char*> list;
    list.reserve(words.size() + 1);
    for (const std::string& word : words) {
        list.push_back(word.c_str());
    }
    list.push_back(nullptr);

    ZxcMatch_t* matches = nullptr;
    const double bits = ZxcvbnMatch(input.data(), list.data(), &matches);
    wipe_stack_below();
    const std::unique_ptr<ZxcMatch_t, FreeMatches> owner(matches);
    return {level_of(bits), length == candidate.size() && is_one_word(matches, length)};
}

} // namespace loquet::plugins_password_rules
