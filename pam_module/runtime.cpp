// SPDX-License-Identifier: LGPL-2.1-or-later
// What the module changes in the copy of libstdc++ that it brings along.
#include <cstdlib>
#include <exception>

// What happens when an exception meets a frame that lets none pass: the process ends. libstdc++'s own handler says the
// exception's name on standard error first, which in a login is somebody's terminal, and brings a demangler of 70 kB
// for it; defined here, its pointer keeps both out of the module.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): libstdc++'s own name, in none of its headers
namespace __cxxabiv1 {
extern std::terminate_handler __terminate_handler;
std::terminate_handler __terminate_handler = std::abort;
} // namespace __cxxabiv1
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

// The module brings its own copy of libstdc++, which sets 73 kB aside for exceptions thrown without memory when it is
// loaded, and leaves them behind when it is unloaded: a greeter that opens a PAM transaction for every try would grow
// with each. libstdc++ has a function that gives them back, made for memory checkers; here it is called at unloading.

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): libstdc++'s own name, in none of its headers
namespace __gnu_cxx {
void __freeres() noexcept;
} // namespace __gnu_cxx
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace {

__attribute__((destructor)) void give_back_emergency_memory() noexcept {
    __gnu_cxx::__freeres();
}

} // namespace
