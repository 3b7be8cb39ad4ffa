// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/recovery_codes/code_book.h"

#include "lib/factor/keyed_hash.h"
#include "lib/factor/state.h"

#include <algorithm>
#include <cstdint>

namespace loquet::plugins_recovery_codes {
namespace {

constexpr std::uint8_t version = 1;

template <class Bytes>
void read(factor::StateReader& reader, Bytes& bytes) {
    const std::string_view piece = reader.piece(bytes.size());
    std::copy(piece.begin(), piece.end(), bytes.begin());
}

} // namespace

std::optional<std::size_t> find_code(const CodeBook& book, std::string_view key, std::string_view typed) {
    const auto hash = factor::keyed_hash(key, book.salt, view(factor::compact(typed)));
    std::optional<std::size_t> found;
    for (std::size_t n = 0; n < book.unused.size(); ++n) {
        if (factor::same(view(hash), view(book.unused[n]))) {
            found = n;
        }
    }
    return found;
}

CodeBook without(CodeBook book, std::size_t code) {
    book.unused.erase(book.unused.begin() + static_cast<std::ptrdiff_t>(code));
    return book;
}

factor::SecureBytes encode(const CodeBook& book) {
    factor::StateWriter writer(version);
    writer.piece(view(book.salt)).number(static_cast<std::uint8_t>(book.unused.size()));
    for (const auto& hash : book.unused) {
        writer.piece(view(hash));
    }
    return std::move(writer).take();
}

CodeBook decode(std::string_view state) {
    factor::StateReader reader(state, version);
    CodeBook book;
    read(reader, book.salt);
    book.unused.resize(reader.number<std::uint8_t>(0, codes_in_all));
    for (auto& hash : book.unused) {
        read(reader, hash);
    }
    reader.end();
    return book;
}

} // namespace loquet::plugins_recovery_codes
