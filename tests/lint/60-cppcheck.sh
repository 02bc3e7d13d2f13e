# cppcheck: what it calls an error, a warning or a portability problem.  Of the system headers it sees
# only the lists, of which it must know the shape; what it says about uninitialised variables the
# compilers judge better.
queue=$(echo '#include <sys/queue.h>' | gcc -E -H - 2>&1 >/dev/null | sed -n 's/^\. \(.*queue\.h\)$/\1/p')
cppcheck --quiet --error-exitcode=1 --std=c11 -j "$(nproc)" --enable=warning,portability \
	--inline-suppr --suppress=missingIncludeSystem --suppress=uninitvar --suppress=arrayIndexThenCheck \
	-D__GNUC__ --include="$queue" -I. -Iproto gateway world persist aibridge bridges deploy proto/rt
