"""点名抽查: the desk calls somebody on duty, who says in some minutes where he is."""
