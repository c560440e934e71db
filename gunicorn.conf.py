"""What gunicorn reads by itself wherever it is started in this folder."""

# No proxy of ours says by a header which part of an address is whose: whoever wrote one would get another page kept
# under an address than the one that is there.
forwarder_headers = ""
