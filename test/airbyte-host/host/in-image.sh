#!/bin/sh
# Runs a command in the file system of an assembled image, in a mount namespace of its own. Needs root, and Linux.
#   unshare --mount sh in-image.sh FOLDER USER WORKING_DIRECTORY COMMAND
# What the base image brings is taken from this machine: programs and libraries, and Node, which stands in /opt/node here.
# A user other than root runs as Airbyte has it: without capabilities. MOUNTED_OVER names where empty volumes are mounted,
# and FILES a folder whose files an init container of Airbyte would put into the working directory.
set -eu
folder=$1 user=$2 directory=$3 command=$4
node=$(readlink -f "$(command -v node)")

for place in bin sbin lib lib64; do
  if [ -L "/$place" ]; then ln -sfn "$(readlink "/$place")" "$folder/$place"; continue; fi
  [ ! -d "/$place" ] || { mkdir -p "$folder/$place"; mount --bind -o ro "/$place" "$folder/$place"; }
done
mkdir -p "$folder/usr" "$folder/dev" "$folder/proc" "$folder/tmp" "$folder/etc" "$folder/opt/node/bin" "$folder/root"
chmod 1777 "$folder/tmp"
mount --bind -o ro /usr "$folder/usr"
mount --rbind /dev "$folder/dev"
mount -t proc proc "$folder/proc" 2>/dev/null || mount --rbind /proc "$folder/proc"
touch "$folder/opt/node/bin/node"
mount --bind "$node" "$folder/opt/node/bin/node"
if [ ! -f "$folder/etc/passwd" ]; then
  printf 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n' > "$folder/etc/passwd"
  printf 'root:x:0:\nnode:x:1000:\n' > "$folder/etc/group"
  printf 'root:*:19000:0:99999:7:::\nnode:!:19000:0:99999:7:::\n' > "$folder/etc/shadow"
  printf '127.0.0.1 localhost\n' > "$folder/etc/hosts"
  cp -a /etc/ld.so.cache /etc/login.defs /etc/pam.d /etc/nsswitch.conf "$folder/etc/" 2>/dev/null || true
fi
for place in ${MOUNTED_OVER:-}; do
  mkdir -p "$folder$place"
  mount -t tmpfs -o mode=0777 volume "$folder$place"
done
mkdir -p "$folder$directory"
[ -z "${FILES:-}" ] || cp "$FILES"/* "$folder$directory/"

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/node/bin
enter() { exec chroot "$folder" /bin/sh -c 'cd "$1" && shift && exec "$@"' sh "$directory" "$@"; }
[ "$user" != root ] || enter /bin/sh -c "$command"
ids=$(awk -F: -v user="$user" '$1 == user { print $3 " " $4 }' "$folder/etc/passwd")
[ -n "$ids" ] || { echo "The image has no user $user" >&2; exit 125; }
enter setpriv --reuid "${ids% *}" --regid "${ids#* }" --clear-groups --no-new-privs --bounding-set=-all /bin/sh -c "$command"
