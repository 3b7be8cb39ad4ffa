// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/fuzz/directory/seal.h"

#include "lib/directory/digest.h"
#include "lib/directory/format.h"

#include <cstring>

namespace loquet::fuzz {

using namespace directory;

namespace {

/// Walks the records as a reader would and gives each the digest that its bytes have now.
void seal_records(std::span<std::byte> file, const Section& records, std::uint64_t identity) {
    if (records.offset > file.size() || records.bytes > file.size() - records.offset) {
        return;
    }
    std::uint64_t at = records.offset;
    const std::uint64_t end = records.offset + records.bytes;
    while (end - at >= sizeof(RecordHead)) {
        RecordHead head{};
        std::memcpy(&head, file.data() + at, sizeof head);
        if (head.bytes < sizeof head || head.bytes > end - at) {
            return;
        }
        head.check = record_check(file.data() + at, head.bytes, at, identity);
        std::memcpy(file.data() + at, &head.check, sizeof head.check);
        at += head.bytes;
    }
}

} // namespace

void seal(std::span<std::byte> file) {
    if (file.size() < header_bytes) {
        return;
    }
    Header header{};
    std::memcpy(&header, file.data(), sizeof header);
    header.magic = magic;
    header.version = format_version;
    header.byte_order = byte_order_mark;
    header.file_bytes = file.size();
    header.header_check = digest(&header, offsetof(Header, header_check), 0);
    std::memcpy(file.data(), &header, sizeof header);
    seal_records(file, header.persons, header.identity);
    seal_records(file, header.groups, header.identity);
}

} // namespace loquet::fuzz
