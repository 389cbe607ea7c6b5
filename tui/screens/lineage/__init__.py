"""The lineage of models, from dataset to chat: a dialog that Models, Jobs and Datasets open."""
