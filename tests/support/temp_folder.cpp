// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/temp_folder.h"

#include "lib/base/error.h"

#include <stdlib.h> // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX, not C++
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>

namespace loquet::tests {

namespace {

constexpr std::uintmax_t room_in_memory = std::uintmax_t{256} << 20U;

std::filesystem::path parent_of(KeptIn kept) {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code failed; // then it is on a disk, and slower
    const bool has_room = std::filesystem::space(memory, failed).available >= room_in_memory && !failed;
    return kept == KeptIn::memory && has_room && ::access(memory.c_str(), W_OK) == 0
               ? memory
               : std::filesystem::temp_directory_path();
}

} // namespace

TempFolder::TempFolder(KeptIn kept) : path_(parent_of(kept) / "loquet-test-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) {
        throw base::system_error(errno, "cannot make a folder for the test");
    }
}

TempFolder::~TempFolder() {
    std::error_code ignored; // what is left of a test is no reason to end it without its result
    std::filesystem::remove_all(path_, ignored);
}

} // namespace loquet::tests
