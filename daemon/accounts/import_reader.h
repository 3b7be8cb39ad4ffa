// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the lines of an import from a descriptor that somebody else gave us: a pipe, a file, a memfd. Every buffer is
// wiped, for lines hold password hashes. One thread, apart from cancel().
#pragma once

#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/base/secret.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace loquet::accounts {

class ImportReader {
public:
    /// From where the descriptor stands to its end. Throws Error (invalid) for a folder, a device or a socket.
    explicit ImportReader(base::Fd input, std::uint64_t most_bytes = limits::import_bytes);

    /// Calls `line` with lines that are not empty, and their number from 1, at most `most` of them; waits for the first
    /// one, and gives what there is when the next would be waited for. A line longer than limits::import_line_bytes is
    /// given as none, with its number. False at the end. Throws Error: `limited` above `most_bytes`, `unavailable`
    /// where reading fails or cancel() was called.
    using Line = std::function<void(std::uint64_t number, const std::string_view* text)>;
    bool read(std::size_t most, const Line& line);

    /// Any thread.
    void cancel() noexcept;

    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }
    /// Of a file; 0: not known.
    [[nodiscard]] std::uint64_t bytes_in_all() const noexcept { return bytes_in_all_; }

private:
    enum class More { yes, end, later };
    [[nodiscard]] bool wait(bool for_ever) const;
    More fill(bool wait_for_it);
    /// The next whole line; false where there is none in the buffer.
    [[nodiscard]] bool next(const Line& line, std::size_t& given);
    void give(std::string_view text, const Line& line, std::size_t& given);

    base::Fd input_;
    base::Fd cancelled_;
    std::uint64_t most_bytes_;
    std::uint64_t bytes_read_ = 0;
    std::uint64_t bytes_in_all_ = 0;
    base::SecureBytes buffer_; ///< read and not given yet, from begin_ to end_
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t number_ = 0;
    bool too_long_ = false; ///< the line that is being read was refused; its rest is passed over
    bool at_end_ = false;
};

} // namespace loquet::accounts
