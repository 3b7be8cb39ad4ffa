// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/temp_folder.h"

#include "lib/base/error.h"

#include <stdlib.h> // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX, not C++

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace loquet::tests {

TempFolder::TempFolder() : path_(std::filesystem::temp_directory_path() / "loquet-test-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) {
        throw base::system_error(errno, "cannot make a folder for the test");
    }
}

TempFolder::~TempFolder() {
    std::error_code ignored; // what is left of a test is no reason to end it without its result
    std::filesystem::remove_all(path_, ignored);
}

} // namespace loquet::tests
