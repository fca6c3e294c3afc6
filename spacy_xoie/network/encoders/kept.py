"""States of sentences that are read again and again, by an encoder that stays as it
is."""

from typing import Callable, Dict, List

import torch
from torch import Tensor

MAX_PIECES = 2**19
"""Wordpieces whose states are kept: some 400 MB of those that are 384 numbers wide, in
bfloat16. All further ones are worked out each time."""

Read = Callable[[Tensor, Tensor], Tensor]
"""From ids and mask, (rows, pieces) each, to states, (rows, pieces, width)."""


class KeptStates:
    """States of wordpieces, worked out when a sentence is read for the first time.

    read (Read): The encoder.
    dtype (torch.dtype): Of what is kept.
    """

    def __init__(self, read: Read, dtype: torch.dtype) -> None:
        self._read = read
        self._dtype = dtype
        self._states: Dict[bytes, Tensor] = {}
        self._n_pieces = 0

    def __call__(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """input_ids, attention_mask (Tensor): (rows, pieces)
        RETURNS (Tensor): (rows, pieces, width), in single precision, zero behind a
            sentence's end; what learns may go on from it.
        """
        sizes: List[int] = attention_mask.sum(dim=1).tolist()
        ids = input_ids.cpu().numpy()
        keys = [ids[row, :size].tobytes() for row, size in enumerate(sizes)]
        states = {key: self._states[key] for key in keys if key in self._states}
        new = {key: row for row, key in enumerate(keys) if key not in states}
        if new:
            rows = list(new.values())
            # Tensors of the mode for predictions could not go on to what learns.
            with torch.inference_mode(False), torch.no_grad():
                read = self._read(input_ids[rows], attention_mask[rows])
            for key, row, state in zip(new, rows, read, strict=True):
                states[key] = state[: sizes[row]].to(self._dtype, copy=True)
                if self._n_pieces + sizes[row] <= MAX_PIECES:
                    self._states[key] = states[key]
                    self._n_pieces += sizes[row]
        width = next(iter(states.values())).shape[1]
        out = torch.zeros(*input_ids.shape, width, device=input_ids.device)
        for row, (key, size) in enumerate(zip(keys, sizes, strict=True)):
            out[row, :size] = states[key]
        return out
