// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/record_bytes.h"

#include "lib/base/text.h"

#include <algorithm>

namespace loquet::store {

using base::Error;

void set_text(std::string& field, const std::string& text) {
    if (!base::is_utf8(text)) {
        throw Error(Error::Kind::invalid,
                    "a text that is to be stored is not UTF-8: \"" + base::printable(text, 64) + "\"");
    }
    field = text;
}

model::Digest digest_from(const std::string& bytes) {
    model::Digest digest;
    if (bytes.size() != digest.bytes.size()) {
        throw Error(Error::Kind::corrupt, "a digest in a record has a wrong length");
    }
    std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
    return digest;
}

std::string digest_bytes(const model::Digest& digest) {
    return std::string(base::as_text(digest.bytes));
}

} // namespace loquet::store
