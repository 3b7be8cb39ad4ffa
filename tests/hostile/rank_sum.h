// SPDX-License-Identifier: LGPL-2.1-or-later
// Do two sets of measurements come from the same source? The Mann-Whitney U test asks nothing of how they are
// distributed, so that a few very slow ones do not hide a small and steady difference. Pure.
#pragma once

#include <vector>

namespace loquet::tests {

/// The two-sided probability that sets of one source differ so much, by the normal approximation with ties and the
/// correction for continuity (Mann and Whitney 1947; good from about 20 in each set). 1 where a set is empty.
[[nodiscard]] double chance_of_one_source(const std::vector<double>& some, const std::vector<double>& others);

} // namespace loquet::tests
