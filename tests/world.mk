# The world's core is a pure function of its inputs; its object files show it.
CHECKS += check-purity
.PHONY: check-purity
check-purity: $(B)/libworld.a
	tests/unit/world/purity.sh $(B)
