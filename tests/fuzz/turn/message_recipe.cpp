// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/fuzz/turn/message_recipe.h"

#include <algorithm>
#include <array>

namespace loquet::fuzz {

namespace {

constexpr int deepest = 4;

class Recipe {
public:
    explicit Recipe(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

    std::uint8_t byte() {
        if (rest_.empty()) {
            return 0;
        }
        const std::uint8_t value = rest_.front();
        rest_ = rest_.subspan(1);
        return value;
    }
    std::uint32_t number() {
        std::uint32_t value = 0;
        for (int i = 0; i < 4; ++i) {
            value = value << 8U | byte();
        }
        return value;
    }
    /// A length and so many bytes; 250 and above stretch a short piece beyond every limit, so that this takes few
    /// bytes.
    std::string text() {
        constexpr std::uint8_t stretched = 250;
        const std::uint8_t length = byte();
        if (length < stretched) {
            return piece(length);
        }
        const std::size_t wanted = std::size_t{byte()} << 8U | byte();
        const std::string unit = piece(length - stretched + 1U);
        std::string text;
        while (!unit.empty() && text.size() < wanted) {
            text += unit;
        }
        text.resize(std::min(text.size(), wanted));
        return text;
    }
    /// One of `words`, or any text.
    template <std::size_t count>
    std::string word(const std::array<const char*, count>& words) {
        const std::uint8_t choice = byte();
        return choice < count ? words[choice] : text();
    }

private:
    /// sd-bus reads a text up to its first NUL: none is written.
    std::string piece(std::size_t length) {
        std::string piece;
        for (std::size_t i = 0; i < length && !rest_.empty(); ++i) {
            const std::uint8_t value = byte();
            piece += static_cast<char>(value == 0 ? '0' : value);
        }
        return piece;
    }

    std::span<const std::uint8_t> rest_;
};

constexpr std::array states{"ask", "wait", "granted", "denied", "done"};
constexpr std::array reasons{"",         "refused",     "locked", "disabled", "new-password-required", "not-authorised",
                             "not-ours", "unavailable", "busy",   "rules"};
constexpr std::array roles{"other", "current_password", "new_password", "code"};
constexpr std::array keys{"account", "reason", "retry_after", "poll", "warnings", "acknowledge"};
constexpr std::array signatures{"s", "u", "as", "y", "b", "t", "o", "a{sv}", "(su)", "v", "au", "a(ysss)"};

void write_value(bus::Writer& writer, Recipe& recipe, const std::string& signature, int depth);

void write_variant(bus::Writer& writer, Recipe& recipe, int depth) {
    const std::string signature = recipe.word(signatures);
    writer.variant(signature.c_str(), [&] { write_value(writer, recipe, signature, depth + 1); });
}

void write_entries(bus::Writer& writer, Recipe& recipe, int depth) {
    writer.array("{sv}", [&] {
        const std::uint8_t entries = recipe.byte();
        for (int i = 0; i < entries; ++i) {
            writer.pair("sv", [&] {
                writer.text(recipe.word(keys));
                write_variant(writer, recipe, depth);
            });
        }
    });
}

void write_prompts(bus::Writer& writer, Recipe& recipe) {
    writer.array("(ysss)", [&] {
        const std::uint8_t prompts = recipe.byte();
        for (int i = 0; i < prompts; ++i) {
            writer.structure("ysss", [&] {
                const std::uint8_t style = recipe.byte();
                const std::string name = recipe.text();
                const std::string role = recipe.word(roles);
                writer.u8(style).text(name).text(role).text(recipe.text());
            });
        }
    });
}

void write_texts(bus::Writer& writer, Recipe& recipe) {
    writer.array("s", [&] {
        const std::uint8_t texts = recipe.byte();
        for (int i = 0; i < texts; ++i) {
            writer.text(recipe.text());
        }
    });
}

/// What fits `signature`; nothing for one that is not in the table, which sd-bus refuses when the variant is closed.
void write_value(bus::Writer& writer, Recipe& recipe, const std::string& signature, int depth) {
    if (signature == "s") {
        writer.text(recipe.word(reasons));
    } else if (signature == "u") {
        writer.u32(recipe.number());
    } else if (signature == "as") {
        write_texts(writer, recipe);
    } else if (signature == "y") {
        writer.u8(recipe.byte());
    } else if (signature == "b") {
        writer.boolean(recipe.byte() % 2 == 1);
    } else if (signature == "t") {
        writer.u64(recipe.number());
    } else if (signature == "o") {
        writer.object_path("/" + recipe.text());
    } else if (signature == "a(ysss)") {
        write_prompts(writer, recipe);
    } else if (signature == "au") {
        writer.array("u", [&] { writer.u32(recipe.number()).u32(recipe.number()); });
    } else if (signature == "(su)") {
        writer.structure("su", [&] { writer.text(recipe.text()).u32(recipe.number()); });
    } else if (signature == "a{sv}" && depth < deepest) {
        write_entries(writer, recipe, depth);
    } else if (signature == "v" && depth < deepest) {
        write_variant(writer, recipe, depth);
    }
}

} // namespace

void write_turn_like(sd_bus_message* message, std::span<const std::uint8_t> bytes) {
    enum Shape : std::uint8_t { whole, state_alone, no_details, prompts_first };
    Recipe recipe(bytes);
    bus::Writer writer(message);
    const std::uint8_t shape = recipe.byte();
    if (shape == prompts_first) {
        write_prompts(writer, recipe);
    }
    writer.text(recipe.word(states));
    if (shape == state_alone) {
        return;
    }
    write_prompts(writer, recipe);
    if (shape != no_details) {
        write_entries(writer, recipe, 0);
    }
}

} // namespace loquet::fuzz
