// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes one directory image into an open file, in one pass and with little memory however many accounts there are:
// records go out as they are added, the tables are filled in the file's own pages. Nobody may read the file before
// finish(). One thread.
#pragma once

#include "lib/directory/format.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace loquet::directory {

/// As passwd(5) has it; no string may hold a colon, a line end or a NUL, and none may pass 65535 bytes.
struct PersonEntry {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    bool private_group = true; ///< a group of the person's name and UID comes with it
    std::string_view name;
    std::string_view gecos;
    std::string_view home;
    std::string_view shell;
    std::span<const std::uint32_t> groups; ///< GIDs of supplementary groups, Loquet's own or the machine's
};

/// As group(5) has it; no string may hold a colon, a comma, a line end or a NUL.
struct GroupEntry {
    std::uint32_t gid = 0;
    std::string_view name;
    std::span<const std::string> members; ///< names
};

/// What the header says beside the places.
struct ImageLabel {
    std::uint64_t base_identity = 0; ///< of the image that this one amends; 0: it stands alone
    std::uint64_t store_generation = 0;
};

class ImageWriter {
public:
    /// `file` is empty, open for reading and writing, and the caller's.
    ImageWriter(int file, const ImageLabel& label);

    /// Persons first, then groups, each in ascending order of number, removed ones among them; names are unique. Throws
    /// Error: `invalid` for a character that the format cannot hold or for another order, `limited` for a string that
    /// is too long or an image above 32 GiB (in these cases nothing is added), `unavailable` where the disk refuses.
    void add(const PersonEntry& person);
    void remove_person(std::uint32_t uid);
    void add(const GroupEntry& group);
    void remove_group(std::uint32_t gid);

    /// Fills the tables and writes the header; the caller makes the file durable. The image's identity.
    std::uint64_t finish();

private:
    struct Part { ///< one of the two rows of records
        Section records{};
        std::uint64_t named = 0;    ///< records with a name
        std::uint64_t numbered = 0; ///< all of them
        std::uint64_t next_id = 0;  ///< the smallest number that may follow
    };
    void begin_groups();
    void append(Part& part, RecordHead head, std::span<const std::uint32_t> numbers);
    void flush();

    int file_;
    ImageLabel label_;
    std::uint64_t identity_;
    std::uint64_t offset_ = header_bytes; ///< of the next record
    bool groups_begun_ = false;
    Part persons_;
    Part groups_;
    std::string text_;    ///< of the record being added
    std::string pending_; ///< records on their way to the file
};

} // namespace loquet::directory
