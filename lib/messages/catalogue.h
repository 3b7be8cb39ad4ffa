// SPDX-License-Identifier: LGPL-2.1-or-later
// The texts that people read, by id and language. Loaded once, then read-only: any thread.
//
// A file <anything>.<language>.toml holds texts under dotted ids: `password.prompt = "Password: "`. `{name}` stands for
// a variable, `{{` and `}}` for a brace. There is no other syntax, and what a variable stands for is never read as a
// template: it is made printable, cut at limits::message_value_bytes and inserted. Which variables a text may use is
// said by the English one that was read first: it ships, and the program fills what it names.
#pragma once

#include "lib/base/secret.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::messages {

/// The language that every text exists in, and that variables are compared with.
inline constexpr std::string_view source_language = "en";

/// "fr_CA.UTF-8", "fr-CA@euro" -> {"fr_ca", "fr", "en"}; "", "C", "POSIX" and what is no locale's name -> {"en"}.
[[nodiscard]] std::vector<std::string> languages_of_locale(std::string_view locale);

/// "fr", "fr_CA" and "fr-CA", as in a catalogue's file name, in the form of languages_of_locale(); empty where it is
/// none.
[[nodiscard]] std::string canonical_language(std::string_view tag);

/// An id is one word, or FAMILY.WORDS. True for the families whose texts the daemon alone shows; the others belong to
/// the plugins of their name. A test compares the list with the catalogues that ship.
[[nodiscard]] bool is_daemons_family(std::string_view family) noexcept;

/// What the {names} of one text stand for: {{"minutes", "20"}}.
using Variables = std::vector<std::pair<std::string, std::string>>;
/// The same where one of them is a secret: a code.
using SecretVariables = std::vector<std::pair<std::string, base::Secret>>;

/// Where the service looks for catalogues, unless it is told otherwise: what ships, and above it the site's own.
[[nodiscard]] std::vector<std::string> usual_folders();

class Catalogue {
public:
    /// Reads every catalogue of the folders, in the files' alphabetical order; a later folder overrides an earlier one
    /// text by text. Never throws for what a file holds: a text that cannot be used is left out, so that the one it
    /// would have overridden stays, and is named in complaints(). A folder that does not exist is an empty one.
    [[nodiscard]] static Catalogue load(const std::vector<std::string>& folders);

    /// The text in the dialog's language ("fr_FR.UTF-8", "fr-CA", "fr"; "", "C" and "POSIX" are English): first
    /// language and territory, then the language, then English. An id that no catalogue has is shown itself.
    /// A variable that was not given stays visible as {name}. Printable, at most limits::prompt_text_bytes.
    [[nodiscard]] std::string render(std::string_view locale, std::string_view id,
                                     const Variables& variables = {}) const;

    /// The same for a text that holds a secret.
    [[nodiscard]] base::Secret render_secret(std::string_view locale, std::string_view id,
                                             const SecretVariables& variables) const;

    /// False where the text in that language is made of variables alone, so that the program that fills them says all
    /// of it.
    [[nodiscard]] bool has_words(std::string_view locale, std::string_view id) const;

    /// True where some language has the text.
    [[nodiscard]] bool has(std::string_view id) const;

    /// The closed list of variables that the texts of an id may use, sorted.
    [[nodiscard]] std::vector<std::string> accepted(std::string_view id) const;

    /// "file:line:column: what is wrong, and what is accepted", for the operator's log.
    [[nodiscard]] const std::vector<std::string>& complaints() const noexcept { return complaints_; }

    /// For tests and tools: the languages ("en", "fr", "fr_ca"), the ids of one, and the variables of one text, sorted.
    [[nodiscard]] std::vector<std::string> languages() const;
    [[nodiscard]] std::vector<std::string> ids(std::string_view language) const;
    [[nodiscard]] std::vector<std::string> variables(std::string_view language, std::string_view id) const;

private:
    /// A text taken apart when it was loaded: literal pieces and variables, in order.
    struct Piece {
        bool variable = false;
        std::string text; ///< the literal, or the variable's name
    };
    using Text = std::vector<Piece>;
    using Language = std::map<std::string, Text, std::less<>>;

    class Loader;

    [[nodiscard]] const Text* find(std::string_view locale, std::string_view id) const;

    std::map<std::string, Language, std::less<>> languages_;
    std::map<std::string, std::vector<std::string>, std::less<>> accepted_;
    std::vector<std::string> complaints_;
};

/// That of "<text>_subject", or of "mail.subject" where the catalogue has none of its own. One printable line, at most
/// limits::delivery_subject_bytes; it has no variables, so that no code is ever in it.
[[nodiscard]] std::string mail_subject(const Catalogue& texts, std::string_view locale, std::string_view text);

} // namespace loquet::messages
