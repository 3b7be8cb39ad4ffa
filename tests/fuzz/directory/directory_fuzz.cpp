// SPDX-License-Identifier: LGPL-2.1-or-later
// Every process of the machine maps the directory and asks it. Whatever the file holds, a lookup ends, stays inside,
// and gives strings that C can read. Where the first byte is odd, the digests are made right first, as somebody would
// who means harm: what then remains between the file and the process are the reader's own checks.
#include "lib/directory/image.h"
#include "tests/fuzz/directory/seal.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>

using namespace loquet::directory;
using loquet::fuzz::seal;

namespace {

constexpr std::size_t most_records = 4096; ///< more than an input of libFuzzer's usual size has

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void require_string(std::string_view text, std::string_view string) {
    require(string.data() >= text.data() && string.data() + string.size() < text.data() + text.size()
            && string.data()[string.size()] == '\0');
}

void look_at(const Person& person) {
    require(!person.text.empty() && person.text.back() == '\0');
    for (const std::string_view string : {person.name, person.gecos, person.home, person.shell}) {
        require_string(person.text, string);
    }
    std::uint64_t sum = 0;
    for (const std::uint32_t gid : person.groups) {
        sum += gid; // reads each
    }
    require(sum <= person.groups.size() * std::uint64_t{0xFFFFFFFF});
}

void look_at(const Group& group) {
    require_string(group.text, group.name);
    require(group.text.back() == '\0');
    for (const std::uint32_t begin : group.members) {
        require(begin < group.text.size());
    }
}

void ask(const Image& image) {
    Person person;
    Group group;
    Position at = image.first_person();
    for (std::size_t i = 0; i < most_records; ++i) {
        const Found found = image.next_person(at, person);
        if (found == Found::no || found == Found::damaged) {
            break;
        }
        const std::uint32_t uid = person.uid;
        if (found == Found::yes) {
            look_at(person);
            Person again;
            if (image.person(person.name, again) == Found::yes) {
                look_at(again);
                require(again.name == person.name);
            }
        }
        if (image.person(uid, person) == Found::yes) {
            look_at(person);
            require(person.uid == uid);
        }
    }
    at = image.first_group();
    for (std::size_t i = 0; i < most_records; ++i) {
        const Found found = image.next_group(at, group);
        if (found == Found::no || found == Found::damaged) {
            break;
        }
        const std::uint32_t gid = group.gid;
        if (found == Found::yes) {
            look_at(group);
            Group again;
            require(image.group(group.name, again) != Found::yes || again.name == group.name);
        }
        if (image.group(gid, group) == Found::yes) {
            look_at(group);
            require(group.gid == gid);
        }
    }
    for (const std::string_view name : {"alice", "bob", "root", ""}) {
        if (image.person(name, person) == Found::yes) {
            look_at(person);
        }
        if (image.group(name, group) == Found::yes) {
            look_at(group);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) {
        return -1;
    }
    // A block of just the file's length, so that AddressSanitizer sees a read behind its end.
    const std::size_t length = size - 1;
    void* block = nullptr;
    require(::posix_memalign(&block, alignof(Bucket), std::max<std::size_t>(length, 1)) == 0);
    const std::unique_ptr<void, void (*)(void*)> owner(block, std::free);
    std::copy_n(reinterpret_cast<const std::byte*>(data + 1), length, static_cast<std::byte*>(block));
    const std::span file(static_cast<std::byte*>(block), length);
    if (data[0] % 2 == 1) {
        seal(file);
    }
    const Image image(file);
    require(image.state() == Image::State::good || image.empty());
    ask(image);
    return 0;
}
