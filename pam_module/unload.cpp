// SPDX-License-Identifier: LGPL-2.1-or-later
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
