#!/usr/bin/env bash
# Certificates for one cluster: bash tls.sh FOLDER [DAYS]
#
# Makes in FOLDER an authority of the cluster's own, one certificate that it signed, and Dask's settings that name them.
# Scheduler, workers and client each get a copy of FOLDER, in the same place, and the variable DASK_CONFIG=FOLDER. They
# speak only to who has such a certificate: whoever reads key.pem is one of them. ca-key.pem is needed by nobody once
# the certificate is made, and is not kept.
set -euo pipefail
folder=${1:?'bash tls.sh FOLDER [DAYS]'}
days=${2:-180}
umask 077
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$folder"

openssl req -x509 -newkey rsa:3072 -nodes -days "$days" -subj "/CN=grader cluster authority" \
    -keyout ca-key.pem -out ca.pem 2>/dev/null
openssl req -newkey rsa:3072 -nodes -subj "/CN=grader cluster" -keyout key.pem -out request.pem 2>/dev/null
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days "$days" -out cert.pem 2>/dev/null
rm -f ca-key.pem request.pem ca.srl

{
    echo "distributed:"
    echo "  comm:"
    echo "    require-encryption: true"
    echo "    tls:"
    echo "      ca-file: $folder/ca.pem"
    for role in scheduler worker client; do
        echo "      $role: {cert: $folder/cert.pem, key: $folder/key.pem}"
    done
} >dask.yaml
echo "export DASK_CONFIG=$folder"
