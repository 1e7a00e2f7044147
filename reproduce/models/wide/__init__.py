"""The paper's wide model: ORB, SIFT and BRISK features of an image, and LightGBM on pairs of images (II-B.3)."""
