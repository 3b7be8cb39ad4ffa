// SPDX-License-Identifier: LGPL-2.1-or-later
// The binary form of what a factor keeps: a version byte, numbers in network order, pieces whose length is known. A
// reader takes exactly what a writer made; anything else is damage, and damage is refused and never mended, because a
// state that starts afresh would forget tries and used codes. Setting a factor up keeps such a state in the dialog.
// Pure values, any thread.
#pragma once

#include "lib/factor/keyed_hash.h"

#include <loquet/step.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace loquet::factor {

class DamagedState : public std::runtime_error {
public:
    DamagedState() : std::runtime_error("what is stored of this factor is damaged or of another version") {}
};

class StateWriter {
public:
    explicit StateWriter(std::uint8_t version) { number(version); }

    template <class T>
    StateWriter& number(T value) {
        static_assert(std::is_integral_v<T>);
        for (std::size_t shift = 8 * sizeof(T); shift > 0; shift -= 8) {
            bytes_.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (shift - 8)));
        }
        return *this;
    }
    StateWriter& piece(std::string_view bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return *this;
    }

    [[nodiscard]] SecureBytes take() && { return std::move(bytes_); }

private:
    SecureBytes bytes_;
};

/// Every function throws DamagedState where the bytes are not what is asked for. Borrows them.
class StateReader {
public:
    StateReader(std::string_view bytes, std::uint8_t version) : left_(bytes) {
        expect(number<std::uint8_t>() == version);
    }

    template <class T>
    T number() {
        static_assert(std::is_integral_v<T>);
        std::uint64_t value = 0;
        for (const char byte : piece(sizeof(T))) {
            value = value << 8U | static_cast<unsigned char>(byte);
        }
        return static_cast<T>(value);
    }
    /// A number of the range, both ends included.
    template <class T>
    T number(T smallest, T largest) {
        const T value = number<T>();
        expect(value >= smallest && value <= largest);
        return value;
    }
    std::string_view piece(std::size_t size) {
        expect(left_.size() >= size);
        const std::string_view taken = left_.substr(0, size);
        left_.remove_prefix(size);
        return taken;
    }
    std::string_view rest() { return piece(left_.size()); }
    void end() const { expect(left_.empty()); }

    static void expect(bool holds) {
        if (!holds) {
            throw DamagedState();
        }
    }

private:
    std::string_view left_;
};

// Setting a factor up, as each of them does it: something is drawn and shown, and the person proves that they kept it
// before the account has it. Until then it lives in the dialog alone.

constexpr std::uint8_t tries_to_confirm = 3;
constexpr std::uint8_t enrolment_version = 101; ///< no account state is one, and the other way round

/// The dialog's state while `drawn`, which the account would keep, waits to be confirmed.
[[nodiscard]] inline SecureBytes waiting(std::string_view drawn, std::uint8_t tries_left = tries_to_confirm) {
    StateWriter writer(enrolment_version);
    writer.number(tries_left).piece(drawn);
    return std::move(writer).take();
}

/// What waits in a dialog. Views into its state. Throws DamagedState.
struct Waiting {
    explicit Waiting(std::string_view dialog_state) {
        StateReader reader(dialog_state, enrolment_version);
        tries_left = reader.number<std::uint8_t>(1, tries_to_confirm);
        drawn = reader.rest();
    }

    std::uint8_t tries_left = 0;
    std::string_view drawn;
};

/// Judges an answer of an enrolment. `accept(drawn)` gives what the account keeps from now on, as an optional
/// SecureBytes: nothing where the answer is wrong, which is asked again tries_to_confirm times in all. The texts are
/// `factor`.enrol_wrong and `factor`.enrol_code.
template <class Accept>
void confirm(const std::string& factor, const sdk::StepRequest& request, sdk::StepOutput& output, Accept accept) {
    const Waiting waits(request.dialog_state());
    const std::optional<SecureBytes> kept = request.answer_count() == 1 ? accept(waits.drawn) : std::nullopt;
    if (kept) {
        output.set_dialog_state({});
        output.set_account_state(view(*kept));
        output.grant();
    } else if (waits.tries_left == 1) {
        output.set_dialog_state({});
        output.deny();
    } else {
        output.set_dialog_state(view(waiting(waits.drawn, static_cast<std::uint8_t>(waits.tries_left - 1))));
        output.ask(LOQUET_PROMPT_ERROR, "wrong", sdk::Message(factor + ".enrol_wrong"));
        output.ask(LOQUET_PROMPT_SECRET, "code", sdk::Message(factor + ".enrol_code"));
    }
}

} // namespace loquet::factor
