// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/store/store_fixture.h"

namespace loquet::store {

MasterKey test_key(char fill) {
    return MasterKey(base::Secret(std::string(MasterKey::size, fill)));
}

model::PublicAccount account(std::uint32_t uid, const std::string& name) {
    return {.uid = model::Uid{uid},
            .gid = uid,
            .name = name,
            .display_name = "Mx " + name,
            .home = "/home/" + name,
            .shell = "/bin/sh"};
}

model::Counter failures(std::uint32_t consecutive, std::int64_t last_failure) {
    model::Counter counter;
    counter.consecutive = consecutive;
    counter.last_failure = last_failure;
    return counter;
}

} // namespace loquet::store
