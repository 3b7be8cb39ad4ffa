// SPDX-License-Identifier: LGPL-2.1-or-later
// The program that delivers, and one run of it. One thread, which never waits for a program here.
#pragma once

#include <loquet/channel.hpp>
#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace loquet::plugins_command {

/// As the options name it. Plain values, checked once.
struct Program {
    /// Throws sdk::Refusal where the program is not one that only root can change.
    explicit Program(const sdk::Options& options);

    [[nodiscard]] static const loquet_manifest& manifest();

    std::string path; ///< empty: none is configured, and every delivery is tried again later
    std::vector<std::string> arguments;
    std::chrono::seconds time_limit; ///< then it is killed
};

/// What it reads on standard input: lines "Name: value", an empty line, the text. It holds the text: wipe it.
[[nodiscard]] std::string standard_input(const sdk::Delivery& delivery);

/// A descriptor that is closed with it.
class Descriptor {
public:
    explicit Descriptor(int descriptor = -1) : descriptor_(descriptor) {}
    Descriptor(Descriptor&& other) noexcept : descriptor_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { close(); }
    [[nodiscard]] int get() const { return descriptor_; }
    void close() noexcept;

private:
    int release() noexcept;
    int descriptor_;
};

class Run {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t longest_output = 1024; ///< bytes that are kept; it may write more

    /// Starts the program with an environment of PATH and LANG, and in a process group of its own. Throws
    /// std::system_error.
    Run(const Program& program, const sdk::Delivery& delivery);
    /// Kills what still runs of the group.
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// What it waits for.
    void add_to(std::vector<pollfd>& descriptors) const;
    [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
    /// Goes on without waiting; what became of it, once that is known.
    [[nodiscard]] std::optional<sdk::DeliveryOutcome> go_on();

private:
    void give();
    void take();
    [[nodiscard]] sdk::DeliveryOutcome judge(int code, int status) const;

    std::string input_; ///< a secret
    std::string text_;  ///< a secret, so that an output which repeats it is not quoted
    std::size_t given_ = 0;
    std::string output_;
    Clock::time_point deadline_;
    Descriptor stdin_;  ///< our end of a pair of sockets: writing to it raises no signal
    Descriptor stdout_; ///< of what it writes, errors included
    Descriptor process_;
    pid_t pid_ = -1;
};

} // namespace loquet::plugins_command
