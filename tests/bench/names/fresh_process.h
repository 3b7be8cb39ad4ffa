// SPDX-License-Identifier: LGPL-2.1-or-later
// Processes that begin with nothing: what a name service costs one of them. One thread.
#pragma once

#include <string>
#include <vector>

namespace loquet::bench {

/// What `words` (a program and its arguments) prints: numbers. Throws std::runtime_error where it fails.
std::vector<double> numbers_of(const std::vector<std::string>& words);

/// Takes the file, or all files of the folder, out of the page cache. Throws std::runtime_error where some of it stays.
void make_cold(const std::string& path);

} // namespace loquet::bench
