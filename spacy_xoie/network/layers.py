"""Layers that encoders and heads share."""

from torch import Tensor, nn


class ConvolutionLayer(nn.Module):
    """A maxout convolution over three tokens, with a residual connection.

    forward: hidden (rows, tokens, width), mask (rows, tokens, 1) → like hidden;
    positions outside of the mask become zero, so that padding changes nothing.

    width (int): Width of the hidden states.
    dilation (int): Distance of the neighbours that are seen on either side.
    dropout (float): Dropout on the update.
    """

    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(
            width, 2 * width, kernel_size=3, padding=dilation, dilation=dilation
        )
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        left, right = self.convolution(hidden.transpose(1, 2)).chunk(2, dim=1)
        update = left.maximum(right).transpose(1, 2)
        out: Tensor = (hidden + self.dropout(self.norm(update))) * mask
        return out
