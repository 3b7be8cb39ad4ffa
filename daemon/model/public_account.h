// SPDX-License-Identifier: LGPL-2.1-or-later
// The part of an account that everybody may know. It has a header of its own, so that code which publishes cannot even
// name the rest. Plain values.
#pragma once

#include "daemon/model/ids.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loquet::model {

/// What /etc/passwd would show: public by nature, the only part that the directory exporter may name.
struct PublicAccount {
    Uid uid;
    std::uint32_t gid = 0;
    std::string name; ///< canonical (canonical_form.h)
    std::string display_name;
    std::string home;
    std::string shell;
    std::vector<std::uint32_t> groups{}; ///< GIDs of its organisations' groups
    friend bool operator==(const PublicAccount&, const PublicAccount&) = default;
};

/// The group of an organisation.
struct PublicGroup {
    std::uint32_t gid = 0;
    std::string organisation; ///< canonical
    friend bool operator==(const PublicGroup&, const PublicGroup&) = default;
};

} // namespace loquet::model
