#!/usr/bin/env bash
# The desktop Blenders that the tests in tests/desktop drive, from Debian's packages.
#
#   scripts/get_blender.sh DIR
#
# makes DIR/blender-4.3.2 (Debian trixie) and DIR/blender-5.2.2 (Debian sid), each an executable that
# runs its Blender in a root of its own, with software OpenGL, and installs Xvfb, xdotool, tesseract
# and Chromium with its driver on this system. As root, on Debian, about 2.2 GB and two minutes each;
# what is there is kept. Elsewhere: install these yourself, and let BLENDER name a Blender.
set -euo pipefail

if [ $# -ne 1 ]; then
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "This needs root on Debian or Ubuntu. Elsewhere set BLENDER=/path/to/blender." >&2
    exit 1
fi
mkdir -p "$1"
dir=$(cd "$1" && pwd)

missing=()
for package in debootstrap debian-archive-keyring xvfb xdotool tesseract-ocr libgl1-mesa-dri \
    chromium chromium-driver; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi

# Debian's Blender wants these at run time without depending on them: OpenGL's drivers, numpy for
# its importers, cattr for its own extensions add-on (5.2 does not register it otherwise).
packages="blender libgl1-mesa-dri libegl1 libgl1 python3-numpy python3-requests python3-cattr"

# blender VERSION SUITE
blender() {
    local root="$dir/$2" program="$dir/blender-$1"
    if [ -x "$program" ] && "$program" --version 2>/dev/null | grep -q "^Blender $1"; then
        return
    fi
    echo "Setting up Blender $1 from Debian $2 in $root" >&2
    rm -rf "$root" "$program"
    if ! debootstrap --variant=minbase "$2" "$root" >"$dir/$2.log" 2>&1; then
        tail -20 "$dir/$2.log" >&2
        return 1
    fi
    # No service is to start, no documentation to be kept.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    printf 'path-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\nforce-unsafe-io\n' \
        >"$root/etc/dpkg/dpkg.cfg.d/small"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    cat >"$program" <<PROGRAM
#!/bin/sh
# Blender $1 of Debian $2. Its root sees this system's own folders, but for the system's.
exec unshare --mount -- /bin/sh -c '
    cd "\$0"
    for each in /*; do
        case \$each in
        /bin | /boot | /etc | /lib* | /run | /sbin | /usr | /var) ;;
        *) [ -d "\$each" ] && mkdir -p ".\$each" && mount --rbind "\$each" ".\$each" ;;
        esac
    done
    export LIBGL_ALWAYS_SOFTWARE=1
    exec chroot "\$0" "\$@"
' "$root" \${RUN:-blender} "\$@"
PROGRAM
    chmod +x "$program"
    if ! { RUN=apt-get "$program" -o Acquire::Check-Valid-Until=false update &&
        RUN="env DEBIAN_FRONTEND=noninteractive apt-get" "$program" \
            install -y --no-install-recommends $packages; } >>"$dir/$2.log" 2>&1; then
        rm -f "$program"
        tail -20 "$dir/$2.log" >&2
        return 1
    fi
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
    if ! "$program" --version | grep "^Blender $1"; then
        echo "Debian $2 has another Blender by now: $("$program" --version | head -1)" >&2
        rm -f "$program"
        return 1
    fi
}

blender 4.3.2 trixie
blender 5.2.2 sid
