// SPDX-License-Identifier: LGPL-2.1-or-later
// The floor of rows P1 to P5: the least that a name service does whose answers lie in a file. An NSS module that maps
// one CDB (the file that LOQUET_BENCH_CDB names), finds a key, and copies one record. It trusts the file, never looks
// whether a newer one stands, and is of no other use. LOQUET_BENCH_CDB_PLAIN leaves reading ahead to the kernel's own
// judgement.
#include "tests/bench/names/cdb_format.h"

#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

// As glibc's functions of the same names, without "_nss_cdb_floor_".
#define NSS_FUNCTION extern "C" __attribute__((visibility("default"))) nss_status

namespace {

using namespace loquet::bench::cdb; // NOLINT(google-build-using-namespace): a program of one file

struct Record {
    const char* begin;
    std::uint32_t bytes;
};

const char* file;
std::size_t file_bytes;
pthread_once_t mapped = PTHREAD_ONCE_INIT;
thread_local std::uint32_t enumerated;

constexpr std::uint32_t hash_tables = 256; // D. J. Bernstein, "A structure for constant databases"
constexpr std::uint32_t first_record = hash_tables * 8;

std::uint32_t number_at(std::size_t offset) {
    std::uint32_t number = 0;
    std::memcpy(&number, file + offset, sizeof number);
    return number;
}

void map() {
    const char* const path = std::getenv("LOQUET_BENCH_CDB");
    const int fd = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
    struct stat status{};
    if (fd >= 0 && ::fstat(fd, &status) == 0) {
        const auto bytes = static_cast<std::size_t>(status.st_size);
        void* const begin = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
        if (begin != MAP_FAILED) {
            if (std::getenv("LOQUET_BENCH_CDB_PLAIN") == nullptr) {
                (void)::madvise(begin, bytes, MADV_RANDOM);
            }
            file = static_cast<const char*>(begin);
            file_bytes = bytes;
        }
    }
    if (fd >= 0) {
        (void)::close(fd);
    }
}

bool is_mapped() {
    (void)::pthread_once(&mapped, map); // std::call_once would bring libstdc++ along
    return file != nullptr;
}

Record find(const char* key, std::size_t length) {
    std::uint32_t hash = 5381;
    for (std::size_t i = 0; i < length; ++i) {
        hash = ((hash << 5U) + hash) ^ static_cast<unsigned char>(key[i]);
    }
    const std::uint32_t table = number_at(hash % hash_tables * 8);
    const std::uint32_t slots = number_at(hash % hash_tables * 8 + 4);
    std::uint32_t slot = slots == 0 ? 0 : (hash >> 8U) % slots;
    for (std::uint32_t tried = 0; tried < slots; ++tried) {
        const std::uint32_t at = number_at(table + slot * 8 + 4);
        if (at == 0) {
            break;
        }
        if (number_at(table + slot * 8) == hash && number_at(at) == length
            && std::memcmp(file + at + 8, key, length) == 0) {
            return {file + at + 8 + length, number_at(at + 4)};
        }
        slot = slot + 1 == slots ? 0 : slot + 1;
    }
    return {nullptr, 0};
}

Record find(KeyLetter letter, const char* name) {
    char key[256];
    const std::size_t length = std::strlen(name);
    if (length + 1 > sizeof key) {
        return {nullptr, 0};
    }
    key[0] = letter;
    std::memcpy(key + 1, name, length);
    return find(key, length + 1);
}

Record find(KeyLetter letter, std::uint32_t id) {
    char key[1 + sizeof id];
    key[0] = letter;
    std::memcpy(key + 1, &id, sizeof id);
    return find(key, sizeof key);
}

nss_status too_small(int* error) {
    *error = ERANGE;
    return NSS_STATUS_TRYAGAIN;
}

nss_status not_found(int* error) {
    *error = ENOENT;
    return NSS_STATUS_NOTFOUND;
}

nss_status give(Record record, passwd* person, char* buffer, std::size_t room, int* error) {
    if (record.begin == nullptr) {
        return not_found(error);
    }
    PersonHead head{};
    std::memcpy(&head, record.begin, sizeof head);
    const std::size_t bytes = record.bytes - sizeof head;
    if (bytes > room) {
        return too_small(error);
    }
    std::memcpy(buffer, record.begin + sizeof head, bytes);
    person->pw_name = buffer;
    person->pw_passwd = buffer + head.password;
    person->pw_gecos = buffer + head.gecos;
    person->pw_dir = buffer + head.home;
    person->pw_shell = buffer + head.shell;
    person->pw_uid = head.uid;
    person->pw_gid = head.gid;
    return NSS_STATUS_SUCCESS;
}

nss_status give(Record record, group* result, char* buffer, std::size_t room, int* error) {
    if (record.begin == nullptr) {
        return not_found(error);
    }
    GroupHead head{};
    std::memcpy(&head, record.begin, sizeof head);
    const char* const begins = record.begin + sizeof head;
    const std::size_t text_bytes = record.bytes - sizeof head - head.members * sizeof(std::uint32_t);
    const std::size_t padding = -reinterpret_cast<std::uintptr_t>(buffer) % alignof(char*);
    const std::size_t list_bytes = (head.members + 1) * sizeof(char*);
    if (padding + list_bytes + text_bytes > room) {
        return too_small(error);
    }
    auto* const list = reinterpret_cast<char**>(buffer + padding);
    char* const text = buffer + padding + list_bytes;
    std::memcpy(text, record.begin + (record.bytes - text_bytes), text_bytes);
    for (std::uint32_t i = 0; i < head.members; ++i) {
        std::uint32_t begin = 0;
        std::memcpy(&begin, begins + i * sizeof begin, sizeof begin);
        list[i] = text + begin;
    }
    list[head.members] = nullptr;
    result->gr_name = text;
    result->gr_passwd = text + std::strlen(text) + 1;
    result->gr_gid = head.gid;
    result->gr_mem = list;
    return NSS_STATUS_SUCCESS;
}

bool append(gid_t gid, long* count, long* size, gid_t** groups, long limit) {
    if (*count == *size) {
        const long wanted = limit > 0 && limit < *size * 2 ? limit : *size * 2;
        auto* const more = static_cast<gid_t*>(std::realloc(*groups, static_cast<std::size_t>(wanted) * sizeof(gid_t)));
        if (wanted <= *size || more == nullptr) {
            return false;
        }
        *groups = more;
        *size = wanted;
    }
    (*groups)[(*count)++] = gid;
    return true;
}

} // namespace

NSS_FUNCTION _nss_cdb_floor_getpwnam_r(const char* name, passwd* person, char* buffer, size_t room, int* error) {
    return is_mapped() ? give(find(person_by_name, name), person, buffer, room, error) : NSS_STATUS_UNAVAIL;
}

NSS_FUNCTION _nss_cdb_floor_getpwuid_r(uid_t uid, passwd* person, char* buffer, size_t room, int* error) {
    return is_mapped() ? give(find(person_by_uid, uid), person, buffer, room, error) : NSS_STATUS_UNAVAIL;
}

NSS_FUNCTION _nss_cdb_floor_getgrnam_r(const char* name, group* result, char* buffer, size_t room, int* error) {
    return is_mapped() ? give(find(group_by_name, name), result, buffer, room, error) : NSS_STATUS_UNAVAIL;
}

NSS_FUNCTION _nss_cdb_floor_initgroups_dyn(const char* name, gid_t primary, long* count, long* size, gid_t** groups,
                                           long limit, int* error) {
    const Record record = is_mapped() ? find(groups_of_person, name) : Record{nullptr, 0};
    if (record.begin == nullptr) {
        return not_found(error);
    }
    for (std::uint32_t at = 0; at < record.bytes; at += sizeof(gid_t)) {
        gid_t gid = 0;
        std::memcpy(&gid, record.begin + at, sizeof gid);
        if (gid != primary && !append(gid, count, size, groups, limit)) {
            break;
        }
    }
    return NSS_STATUS_SUCCESS;
}

NSS_FUNCTION _nss_cdb_floor_setpwent(int /*stay_open*/) {
    enumerated = first_record;
    return is_mapped() ? NSS_STATUS_SUCCESS : NSS_STATUS_UNAVAIL;
}

NSS_FUNCTION _nss_cdb_floor_endpwent() {
    return NSS_STATUS_SUCCESS;
}

NSS_FUNCTION _nss_cdb_floor_getpwent_r(passwd* person, char* buffer, size_t room, int* error) {
    const std::uint32_t end = number_at(0); // the first hash table follows the last record
    while (enumerated < end) {
        const char* const entry = file + enumerated;
        const std::uint32_t key = number_at(enumerated);
        const std::uint32_t bytes = number_at(enumerated + 4);
        if (entry[8] == person_by_name) {
            const nss_status status = give({entry + 8 + key, bytes}, person, buffer, room, error);
            enumerated += status == NSS_STATUS_SUCCESS ? 8 + key + bytes : 0;
            return status;
        }
        enumerated += 8 + key + bytes;
    }
    return not_found(error);
}
