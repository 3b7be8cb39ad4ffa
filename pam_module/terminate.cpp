// SPDX-License-Identifier: LGPL-2.1-or-later
// What happens when an exception meets a frame that lets none pass: the process ends. libstdc++'s own handler says the
// exception's name on standard error first, which in a login is somebody's terminal, and brings a demangler of 70 kB
// for it; defined here, its pointer keeps both out of the module.
#include <cstdlib>
#include <exception>

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): libstdc++'s own name, in none of its headers
namespace __cxxabiv1 {
extern std::terminate_handler __terminate_handler;
std::terminate_handler __terminate_handler = std::abort;
} // namespace __cxxabiv1
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
