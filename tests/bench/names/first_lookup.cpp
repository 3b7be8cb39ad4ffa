// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows P5 and P6: a process as bare as a C program that loads one NSS module and asks it for one account.
//   first_lookup LIBRARY NAME TIMES
// Prints nanoseconds from before dlopen to the answer, then, for TIMES above 0, the private memory in kB that this
// took, and by how much it grew while TIMES more were asked. Uses nothing of libstdc++ that would have to be loaded.
#include <dlfcn.h>
#include <fcntl.h>
#include <nss.h>
#include <pwd.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

using Getpwnam = nss_status (*)(const char*, passwd*, char*, std::size_t, int*);

[[noreturn]] void end(const char* why) {
    (void)std::fprintf(stderr, "%s\n", why);
    std::exit(1);
}

long long now() {
    timespec time{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

/// In kB: what this process has written to and nobody shares. No stdio, which would itself take some.
long private_dirty() {
    static char text[4096];
    const int fd = ::open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
    const ssize_t bytes = fd < 0 ? -1 : ::read(fd, text, sizeof text - 1);
    (void)::close(fd);
    if (bytes <= 0) {
        end("no smaps_rollup");
    }
    text[bytes] = '\0';
    const char field[] = "Private_Dirty:";
    const char* const found = std::strstr(text, field);
    return found == nullptr ? 0 : std::strtol(found + sizeof field - 1, nullptr, 10);
}

/// "_nss_NAME_getpwnam_r" of libnss_NAME.so.2.
Getpwnam load(const char* library) {
    void* const handle = ::dlopen(library, RTLD_NOW);
    if (handle == nullptr) {
        end(::dlerror());
    }
    const char prefix[] = "libnss_";
    const char* const name = std::strstr(library, prefix);
    const char* const rest = std::strstr(library, ".so");
    if (name == nullptr || rest == nullptr) {
        end("not called as an NSS module is");
    }
    const auto length = static_cast<int>(rest - name) - static_cast<int>(sizeof prefix - 1);
    char symbol[128];
    (void)std::snprintf(symbol, sizeof symbol, "_nss_%.*s_getpwnam_r", length, name + sizeof prefix - 1);
    void* const function = ::dlsym(handle, symbol);
    if (function == nullptr) {
        end(::dlerror());
    }
    return reinterpret_cast<Getpwnam>(function);
}

void ask(Getpwnam getpwnam, const char* name) {
    static char buffer[1024];
    passwd person{};
    int error = 0;
    if (getpwnam(name, &person, buffer, sizeof buffer, &error) != NSS_STATUS_SUCCESS
        || std::strcmp(person.pw_name, name) != 0) {
        end("a wrong answer");
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        end("first_lookup LIBRARY NAME TIMES");
    }
    const long times = std::strtol(argv[3], nullptr, 10);
    const long before = times > 0 ? private_dirty() : 0;
    const long long start = now();
    const Getpwnam getpwnam = load(argv[1]);
    ask(getpwnam, argv[2]);
    const long long took = now() - start;
    if (times == 0) {
        (void)std::printf("%lld\n", took);
        return 0;
    }
    const long after = private_dirty();
    for (long i = 0; i < times; ++i) {
        ask(getpwnam, argv[2]);
    }
    (void)std::printf("%lld %ld %ld\n", took, after - before, private_dirty() - after);
    return 0;
}
