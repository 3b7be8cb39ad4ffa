# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Devices of one's own. What has the machine's /dev/null mounted, or takes it for a pattern, gives its mode on or changes it;
# so roots and booted machines get nodes that were made for them. Root, in a mount namespace of its own.

# name and minor number; the major one is 1, and 5 for tty
readonly common_devices=(null:3 zero:5 full:7 random:8 urandom:9 tty:0)

# make_devices FOLDER: makes them there, for everybody to read and write.
make_devices() {
    local device name major
    for device in "${common_devices[@]}"; do
        name=${device%:*} major=1
        if [[ $name == tty ]]; then
            major=5
        fi
        mknod -m 0666 "$1/$name" c "$major" "${device#*:}"
    done
}

# own_devices: from now on this namespace has such in place of the machine's.
own_devices() {
    local folder device
    folder=$(mktemp -d)
    mount --types tmpfs -o mode=0755 tmpfs "$folder"
    make_devices "$folder"
    for device in "$folder"/*; do
        mount --bind "$device" "/dev/${device##*/}"
    done
    umount --lazy "$folder"
    rmdir "$folder"
}
