"""Which lines teach a colouriser best? Four kinds, two seeds, one network, fixed before the first run."""

from dougagen.colorization.proof.plan import ProofPlan, read_plan
from dougagen.colorization.proof.proving import Proof, prove
from dougagen.colorization.proof.report import ProofReport

__all__ = ["Proof", "ProofPlan", "ProofReport", "prove", "read_plan"]
