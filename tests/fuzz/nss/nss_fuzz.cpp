// SPDX-License-Identifier: LGPL-2.1-or-later
// What the NSS module does with a directory: a base and what amends it asked as one, entries packed into buffers of
// every size, lists walked to their end. Whatever the files hold, every string of an answer ends in the caller's
// buffer, and nothing passes that validate.h refuses. The first byte says whether the digests are made right (bit 0);
// the second and third how long the base is, and what follows that amends it.
#include "lib/directory/view.h"
#include "nss_module/lookup.h"
#include "nss_module/pack.h"
#include "nss_module/validate.h"
#include "tests/fuzz/directory/seal.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

using namespace loquet::directory;
using namespace loquet::nss;

namespace {

constexpr int most_steps = 4096; ///< more than an input of libFuzzer's usual size has records
constexpr std::size_t longest_buffer = 512;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// A block of just the file's length, so that AddressSanitizer sees a read behind its end.
class File {
public:
    File(const std::uint8_t* bytes, std::size_t size, bool sealed) : size_(size) {
        require(::posix_memalign(&block_, alignof(Bucket), std::max<std::size_t>(size, 1)) == 0);
        std::memcpy(block_, bytes, size);
        if (sealed) {
            loquet::fuzz::seal({static_cast<std::byte*>(block_), size});
        }
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { std::free(block_); }
    [[nodiscard]] Image image() const { return Image({static_cast<const std::byte*>(block_), size_}); }

private:
    void* block_ = nullptr;
    std::size_t size_;
};

void require_string(const std::vector<char>& buffer, const char* string) {
    require(string >= buffer.data() && string < buffer.data() + buffer.size());
    const auto rest = static_cast<std::size_t>(buffer.data() + buffer.size() - string);
    const std::size_t length = ::strnlen(string, rest);
    require(length < rest && std::none_of(string, string + length, [](char c) { return c == ':' || c == '\n'; }));
}

void look_at(const Person& person, std::size_t size) {
    std::vector<char> buffer(size);
    passwd entry{};
    if (pack(person, entry, buffer) == Packed::yes) {
        for (const char* string : {entry.pw_name, entry.pw_passwd, entry.pw_gecos, entry.pw_dir, entry.pw_shell}) {
            require_string(buffer, string);
        }
        require(entry.pw_uid >= 1000 && entry.pw_gid >= 1000 && std::string(entry.pw_passwd) == "x");
        require(std::string(entry.pw_name) != "root" && may_be_called(entry.pw_name));
    }
    long used = 0;
    long capacity = 0;
    gid_t* gids = nullptr;
    GroupList list(used, capacity, gids, static_cast<long>(size % 7));
    (void)list.add(person.groups, 1000);
    require(used <= capacity && std::all_of(gids, gids + used, [](gid_t gid) { return may_join(gid) && gid != 1000; }));
    std::free(gids);
}

void look_at(const Group& group, std::size_t size) {
    std::vector<char> buffer(size);
    ::group entry{};
    if (pack(group, entry, buffer) != Packed::yes) {
        return;
    }
    require_string(buffer, entry.gr_name);
    require(entry.gr_gid >= 1000 && std::string(entry.gr_passwd) == "x" && may_be_called(entry.gr_name));
    for (char** member = entry.gr_mem; *member != nullptr; ++member) {
        require(reinterpret_cast<char*>(member + 1) < buffer.data() + buffer.size());
        require_string(buffer, *member);
    }
}

template <class Entry, class Step>
void list(Step step) {
    Cursor cursor;
    std::size_t size = 0;
    for (int i = 0; i < most_steps; ++i) {
        Entry entry;
        if (step(cursor, entry) != Found::yes) {
            return;
        }
        size = (size + 37) % longest_buffer;
        look_at(entry, size);
        look_at(entry, longest_buffer);
    }
}

template <class Entry>
void look_up(const View& view, Found (View::*by_name)(std::string_view, Entry&) const noexcept,
             Found (View::*by_id)(std::uint32_t, Entry&) const noexcept) {
    for (const std::string_view name : {"alice", "bob", "carol", "staff", "root", "", "-"}) {
        Entry entry;
        if ((view.*by_name)(name, entry) == Found::yes) {
            require(entry.name == name);
            look_at(entry, longest_buffer);
        }
    }
    for (const std::uint32_t id : {0U, 27U, 30001U, 30002U, 40000U, 65534U}) {
        Entry entry;
        if ((view.*by_id)(id, entry) == Found::yes) {
            look_at(entry, longest_buffer);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t before_files = 3;
    if (size < before_files) {
        return -1;
    }
    const bool sealed = data[0] % 2 == 1;
    const std::size_t rest = size - before_files;
    const std::size_t base_size = std::min<std::size_t>(data[1] + data[2] * std::size_t{256}, rest);
    const File base(data + before_files, base_size, sealed);
    const File current(data + before_files + base_size, rest - base_size, sealed);
    const Image base_image = base.image();
    const Image current_image = current.image();
    const View view(base_image, current_image);
    look_up<Person>(view, &View::person, &View::person);
    look_up<Group>(view, &View::group, &View::group);
    list<Person>([&](Cursor& cursor, Person& person) { return view.next_person(cursor, person); });
    list<Group>([&](Cursor& cursor, Group& group) { return view.next_group(cursor, group); });
    return 0;
}
