// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/directory/image_writer.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/random.h"
#include "lib/directory/digest.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>
#include <vector>

namespace loquet::directory {

namespace {

constexpr std::size_t pending_bytes = std::size_t{1} << 20U;
constexpr std::uint64_t largest_image = std::uint64_t{std::numeric_limits<std::uint32_t>::max()} * record_alignment;
constexpr int seeds_tried = 16;

std::uint64_t random_number() {
    std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
    base::fill_random(bytes);
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number == 0 ? 1 : number; // 0 means "none"
}

std::uint64_t rounded_up(std::uint64_t bytes, std::uint64_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

void append_string(std::string& text, std::string_view string, std::string_view what) {
    using namespace std::string_view_literals;
    if (string.find_first_of(":\n\0"sv) != std::string_view::npos) {
        throw base::Error(base::Error::Kind::invalid,
                          std::string(what) + " holds a colon, a line end or a NUL; passwd(5) cannot say that");
    }
    if (string.size() > std::numeric_limits<std::uint16_t>::max()) {
        throw base::Error(base::Error::Kind::limited, std::string(what) + " is longer than 65535 bytes");
    }
    text.append(string).push_back('\0');
}

/// Room at the end for a table of `keys` keys that is never more than three fifths full, so that hardly a search leaves
/// its bucket.
Section table_at(std::uint64_t& end, std::uint64_t keys) {
    const std::uint64_t buckets = keys == 0 ? 0 : keys * 5 / (slots_per_bucket * 3) + 1;
    const Section table{rounded_up(end, sizeof(Bucket)), buckets * sizeof(Bucket)};
    end = table.offset + table.bytes;
    return table;
}

/// All of a file, shared with it.
class Mapping {
public:
    Mapping(int file, std::uint64_t bytes)
        : bytes_(bytes), begin_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)) {
        if (begin_ == MAP_FAILED) {
            throw base::system_error(errno, "cannot map the directory's new file");
        }
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() { ::munmap(begin_, bytes_); }

    [[nodiscard]] std::byte* at(std::uint64_t offset) const { return static_cast<std::byte*>(begin_) + offset; }

private:
    std::uint64_t bytes_;
    void* begin_;
};

/// False where the key would be further from its bucket than a reader looks.
bool insert(const Mapping& file, const Section& table, std::uint64_t key, std::uint64_t offset) {
    auto* const begin = reinterpret_cast<Bucket*>(file.at(table.offset));
    const std::uint64_t buckets = table.bytes / sizeof(Bucket);
    std::uint64_t index = bucket_of(key, buckets);
    for (std::uint64_t probe = 0; probe < std::min<std::uint64_t>(buckets, longest_probe); ++probe) {
        Bucket& bucket = begin[index];
        for (std::size_t slot = 0; slot < slots_per_bucket; ++slot) {
            if (bucket.places[slot] == 0) {
                bucket.tags[slot] = tag_of(key);
                bucket.places[slot] = static_cast<std::uint32_t>(offset / record_alignment);
                return true;
            }
        }
        index = index + 1 == buckets ? 0 : index + 1;
    }
    return false;
}

bool fill(const Mapping& file, const Section& records, const Section& by_name, const Section& by_id,
          std::uint64_t seed) {
    std::memset(file.at(by_name.offset), 0, by_name.bytes);
    std::memset(file.at(by_id.offset), 0, by_id.bytes);
    std::uint64_t offset = records.offset;
    while (offset < records.offset + records.bytes) {
        RecordHead head{};
        std::memcpy(&head, file.at(offset), sizeof head);
        if (!insert(file, by_id, key_digest(head.id, seed), offset)) {
            return false;
        }
        if (head.kind != RecordKind::removed) {
            const std::uint64_t text = offset + sizeof head + std::uint64_t{head.count} * sizeof(std::uint32_t);
            const std::string_view name(reinterpret_cast<const char*>(file.at(text)), head.name_bytes);
            if (!insert(file, by_name, key_digest(name, seed), offset)) {
                return false;
            }
        }
        offset += head.bytes;
    }
    return true;
}

} // namespace

ImageWriter::ImageWriter(int file, const ImageLabel& label)
    : file_(file), label_(label), identity_(random_number()), pending_(header_bytes, '\0') {
    persons_.records.offset = header_bytes;
}

void ImageWriter::add(const PersonEntry& person) {
    text_.clear();
    append_string(text_, person.name, "The name");
    append_string(text_, "x", "The password's place");
    append_string(text_, person.gecos, "The display name");
    append_string(text_, person.home, "The home folder");
    append_string(text_, person.shell, "The shell");
    RecordHead head{};
    head.kind = RecordKind::person;
    head.private_group = person.private_group ? 1 : 0;
    head.name_bytes = static_cast<std::uint16_t>(person.name.size());
    head.gecos_bytes = static_cast<std::uint16_t>(person.gecos.size());
    head.home_bytes = static_cast<std::uint16_t>(person.home.size());
    head.id = person.uid;
    head.gid = person.gid;
    append(persons_, head, person.groups);
}

void ImageWriter::remove_person(std::uint32_t uid) {
    text_.clear();
    RecordHead head{};
    head.kind = RecordKind::removed;
    head.id = uid;
    append(persons_, head, {});
}

void ImageWriter::add(const GroupEntry& group) {
    text_.clear();
    append_string(text_, group.name, "The group's name");
    append_string(text_, "x", "The password's place");
    std::vector<std::uint32_t> begins;
    begins.reserve(group.members.size());
    for (const std::string& member : group.members) {
        begins.push_back(static_cast<std::uint32_t>(text_.size()));
        if (member.find(',') != std::string::npos) {
            throw base::Error(base::Error::Kind::invalid, "A member's name holds a comma; group(5) cannot say that");
        }
        append_string(text_, member, "A member's name");
    }
    RecordHead head{};
    head.kind = RecordKind::group;
    head.name_bytes = static_cast<std::uint16_t>(group.name.size());
    head.id = group.gid;
    head.gid = group.gid;
    append(groups_, head, begins);
}

void ImageWriter::remove_group(std::uint32_t gid) {
    text_.clear();
    RecordHead head{};
    head.kind = RecordKind::removed;
    head.id = gid;
    append(groups_, head, {});
}

void ImageWriter::begin_groups() {
    if (!groups_begun_) {
        groups_begun_ = true;
        groups_.records.offset = offset_;
    }
}

void ImageWriter::append(Part& part, RecordHead head, std::span<const std::uint32_t> numbers) {
    if (&part == &groups_) {
        begin_groups();
    }
    if (head.id < part.next_id || (groups_begun_ && &part == &persons_)) {
        throw base::Error(base::Error::Kind::invalid,
                          "An image takes persons, then groups, each in ascending order of number");
    }
    const std::uint64_t bytes = rounded_up(sizeof head + numbers.size_bytes() + text_.size(), record_alignment);
    if (bytes > largest_image - offset_ || bytes > std::numeric_limits<std::uint32_t>::max()) {
        throw base::Error(base::Error::Kind::limited, "The directory would be larger than its format allows");
    }
    head.count = static_cast<std::uint32_t>(numbers.size());
    head.text_bytes = static_cast<std::uint32_t>(text_.size());
    head.bytes = static_cast<std::uint32_t>(bytes);
    const std::size_t begin = pending_.size();
    pending_.append(reinterpret_cast<const char*>(&head), sizeof head);
    pending_.append(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes());
    pending_.append(text_);
    pending_.resize(begin + bytes, '\0');
    const std::uint32_t check = record_check(pending_.data() + begin, bytes, offset_, identity_);
    std::memcpy(pending_.data() + begin + offsetof(RecordHead, check), &check, sizeof check);

    offset_ += bytes;
    part.records.bytes += bytes;
    part.next_id = std::uint64_t{head.id} + 1;
    ++part.numbered;
    part.named += head.kind == RecordKind::removed ? 0 : 1;
    if (pending_.size() >= pending_bytes) {
        flush();
    }
}

void ImageWriter::flush() {
    base::write_all(file_, pending_);
    pending_.clear();
}

std::uint64_t ImageWriter::finish() {
    begin_groups();
    flush();
    Header header{};
    header.magic = magic;
    header.version = format_version;
    header.byte_order = byte_order_mark;
    header.identity = identity_;
    header.base_identity = label_.base_identity;
    header.store_generation = label_.store_generation;
    header.persons = persons_.records;
    header.groups = groups_.records;
    std::uint64_t end = offset_;
    header.persons_by_name = table_at(end, persons_.named);
    header.persons_by_uid = table_at(end, persons_.numbered);
    header.groups_by_name = table_at(end, groups_.named);
    header.groups_by_gid = table_at(end, groups_.numbered);
    header.file_bytes = end;
    // The room is taken before it is mapped: a full disk is an error here, and would be a signal there.
    if (const int failure = ::posix_fallocate(file_, 0, static_cast<off_t>(end)); failure != 0) {
        throw base::system_error(failure, "cannot make room for the directory");
    }
    const Mapping file(file_, end);
    for (int tried = 0; tried < seeds_tried; ++tried) {
        header.seed = random_number();
        if (fill(file, header.persons, header.persons_by_name, header.persons_by_uid, header.seed)
            && fill(file, header.groups, header.groups_by_name, header.groups_by_gid, header.seed)) {
            header.header_check = digest(&header, offsetof(Header, header_check));
            std::memcpy(file.at(0), &header, sizeof header);
            return identity_;
        }
    }
    throw base::Error(base::Error::Kind::internal, "No seed spreads the directory's names over its tables");
}

} // namespace loquet::directory
