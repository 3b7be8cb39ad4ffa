// SPDX-License-Identifier: LGPL-2.1-or-later
// How many calls at once may look through all that is kept, and how many of them may be one person's: they let others
// on in between, but each takes its share of the loop. Loop thread.
#pragma once

#include "lib/base/error.h"

#include <cstddef>
#include <cstdint>
#include <map>

namespace loquet::api {

class Searches {
public:
    /// Of a search, while one lives.
    class [[nodiscard]] Search {
    public:
        Search(Searches& searches, std::uint32_t caller) : searches_(searches), caller_(caller) {
            searches_.begin(caller_);
        }
        Search(const Search&) = delete;
        Search& operator=(const Search&) = delete;
        ~Search() { searches_.end(caller_); }

    private:
        Searches& searches_;
        std::uint32_t caller_;
    };

    /// At most `most`, and `most_of_one` of one caller who is not root.
    Searches(std::size_t most, std::size_t most_of_one) : most_(most), most_of_one_(most_of_one) {}

    /// Outlived by this object. Throws Error (busy).
    Search search_for(std::uint32_t caller) { return {*this, caller}; }

private:
    void begin(std::uint32_t caller) {
        const auto own = by_caller_.find(caller);
        if (caller != 0 && own != by_caller_.end() && own->second >= most_of_one_) {
            throw base::Error(base::Error::Kind::busy, "your last call is not answered yet: try again when it is");
        }
        if (all_ >= most_) {
            throw base::Error(base::Error::Kind::busy, "others search at the moment: try again in a second");
        }
        ++by_caller_[caller];
        ++all_;
    }
    void end(std::uint32_t caller) noexcept {
        const auto own = by_caller_.find(caller);
        if (--own->second == 0) {
            by_caller_.erase(own);
        }
        --all_;
    }

    std::size_t most_;
    std::size_t most_of_one_;
    std::size_t all_ = 0;
    std::map<std::uint32_t, std::size_t> by_caller_;
};

} // namespace loquet::api
